"""Calls and contacts for the organisation's own programs, each with a key that allows it."""
