"""The voice door: Asterisk asks over FastAGI what to do with a call; one file per part of a call."""
