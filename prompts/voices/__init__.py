"""Synthetic voices."""
