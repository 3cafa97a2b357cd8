"""What overflow centres cost."""
