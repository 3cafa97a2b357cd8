"""Callers whom agents hand over to others."""
