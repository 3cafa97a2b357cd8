"""Access: permissions, PINs, one-time codes, invitations, client networks."""
