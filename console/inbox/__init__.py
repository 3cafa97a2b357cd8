"""What waits for staff: voicemails, missed calls and callbacks, taken by one person, called back, and closed."""
