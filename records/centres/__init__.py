"""What overflow centres were given: hand-offs, and what became of them."""
