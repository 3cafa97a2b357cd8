"""Asterisk: its program, configuration, command line and trunks."""
