"""What callers hear: fixed prompts, synthetic voices, audio files, and the messages that keys play."""
