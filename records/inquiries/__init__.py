"""What visitors write to the organisation, and what it answers."""
