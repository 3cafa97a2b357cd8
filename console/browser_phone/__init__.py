"""The browser phone: its window, the login of its page at Asterisk, and the agent's choice of it."""
