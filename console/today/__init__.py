"""The first page: what happens now, and what waits for the user."""
