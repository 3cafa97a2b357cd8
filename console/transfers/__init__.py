"""Handing a caller over: the page of the agent who talks, and what both sides see of it."""
