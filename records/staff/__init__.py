"""Agents, their SIP accounts and presence, click-to-call."""
