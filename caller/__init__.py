"""The outside caller: dials in as the public does, presses keys, and knows by sound what it was told."""
