"""What the house says: texts, synthesis, audio, and the daily message from file to air."""
