"""The message of the day: drafts, versions, blackout periods."""
