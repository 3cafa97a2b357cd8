"""What we learn from Asterisk about calls, and what we ask of it, over the manager interface and the CEL log."""
