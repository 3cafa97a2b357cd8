"""Webhooks: events are sent, signed, to programs outside (Standard Webhooks 1.0)."""
