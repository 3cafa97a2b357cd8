"""Prompts and their recordings."""
