"""Message versions, drafts and blackout periods."""
