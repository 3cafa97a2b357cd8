"""Who may do what: permissions, PINs, one-time codes."""
