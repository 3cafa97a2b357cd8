"""What pages for people who log in stand on, whoever they are: staff in the console, agents of an overflow centre."""
