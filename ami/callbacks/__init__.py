"""Callback attempts: placed in the queue, and their results."""
