"""Decisions about the queue: overflow, penalties, wait estimates."""
