"""Users of the console: login, invitations, second factor, PIN."""
