"""What callers and visitors think of how they were treated."""
