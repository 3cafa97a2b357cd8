"""Channel events (CEL): what Asterisk writes of each call, read into the records."""
