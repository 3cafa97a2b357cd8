"""The FastAGI server: Asterisk asks what to do with a call; `agi.flows` has one file for each part of a call."""
