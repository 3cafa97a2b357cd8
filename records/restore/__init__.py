"""What a restored backup must not undo, and what it left unfinished."""
