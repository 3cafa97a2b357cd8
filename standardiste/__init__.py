"""Where lines meet: settings, wiring, Asterisk's files and the command line. Imported by nobody."""
