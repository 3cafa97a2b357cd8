"""The contacts: a search in any spelling, and the card of each person."""
