"""Messages from draft to air."""
