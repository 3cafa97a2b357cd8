"""The dialplan: Asterisk contexts, and the names that they share with Python."""
