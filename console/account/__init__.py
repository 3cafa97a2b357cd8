"""A user's own account: login, password, second factor, PIN."""
