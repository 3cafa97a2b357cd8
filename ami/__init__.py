"""The switch door: what we learn from Asterisk about calls, and what we ask of it."""
