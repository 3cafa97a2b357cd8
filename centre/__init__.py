"""The pages of overflow centres: their agents see the card of a call they were given, and say what became of it."""
