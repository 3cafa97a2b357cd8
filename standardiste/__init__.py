"""Settings, processes, Asterisk's files and the command line. No other package imports this one."""
