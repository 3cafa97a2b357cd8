"""Users of the console: invitations, roles, import."""
