"""The synthetic voices: heard side by side, and chosen for each language."""
