"""Callback requests, their attempts and their limits."""
