"""Drafts of everything that goes on air: messages and prompts."""
