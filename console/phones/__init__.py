"""The telephones of agents: accounts shown once, pairing, test rings."""
