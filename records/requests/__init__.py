"""Requests that staff must resolve: their rows, entries, due times, who sees them, and mails about them."""
