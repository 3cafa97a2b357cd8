"""Events from Asterisk and actions on it, over the manager interface (AMI) and the CEL log."""
