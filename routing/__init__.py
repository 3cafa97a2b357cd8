"""Decisions: pure functions over frozen values. The time is always an argument; nothing here does I/O."""
