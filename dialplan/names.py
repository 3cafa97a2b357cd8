"""Every name that Python and Asterisk share. `tests/dialplan/test_names.py` checks that each exists on both sides."""

# Contexts that a call enters by name.
INBOUND = "inbound"
RECEPTION = "reception"
MEMBER = "member"

# FastAGI requests: agi://address:port/<name>,<arguments>.
AGI_RECEPTION = "reception"
AGI_CALLBACK = "callback"
AGI_HEALTH = "health"  # asked by `doctor`, never by the dialplan

# Channel variables that Python sets for the dialplan.
ROUTE = "ROUTE"  # a destination, hence a context; set last: its absence means that Python failed
QUEUE_TIMEOUT = "QUEUE_TIMEOUT"  # seconds a caller waits for staff at the most

# Channel variable that Python reads: the key of the last Read().
KEY = "KEY"

# The queue of staff.
STAFF_QUEUE = "staff"
