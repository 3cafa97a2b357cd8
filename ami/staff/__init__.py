"""Agents: who is in the queues, and the calls that they ask for or place."""
