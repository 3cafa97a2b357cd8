"""Calls, what happened in them, voicemails and statistics."""
