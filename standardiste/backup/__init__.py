"""Backup archives and restore."""
