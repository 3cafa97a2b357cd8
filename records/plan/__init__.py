"""Versions of the call plan."""
