"""What the reception writes to people: mails to the users of its console."""
