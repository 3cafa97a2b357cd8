"""The call plan: read, edited, simulated."""
