"""Contact cards, their lines and merges."""
