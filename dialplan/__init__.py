"""What a call does: Asterisk contexts, and the names they share with Python."""
