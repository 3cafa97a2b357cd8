"""Every name that Python and Asterisk share. `tests/dialplan/test_names.py` checks that each exists on both sides."""

# Contexts that a call enters by name.
MEMBER = "member"
FALLBACK = "fallback"  # entered when Python did not answer
NOBODY = "nobody"
OFFER = "offer"
REFUSAL = "refusal"

# FastAGI requests: agi://address:port/<name>,<arguments>.
AGI_RECEPTION = "reception"
AGI_CALLBACK = "callback"
AGI_STAFF = "staff"
AGI_OFFER = "offer"
AGI_OVERFLOW = "overflow"
AGI_MEMBER = "member"
AGI_PRESENCE = "presence"
AGI_HEALTH = "health"  # asked by `doctor`, never by the dialplan

# Channel variables that Python sets for the dialplan.
ROUTE = "ROUTE"  # a destination, hence a context; set last: its absence means that Python failed
WAIT_NOTICE = "WAIT_NOTICE"  # "&" and the prompt that tells the expected wait
CENTRE_AT = "CENTRE_AT"  # CENTRE_AT_1, ...: name, number, trunk, caller ID, seconds of ringing; an empty one ends
USER_TO_USER = "USER_TO_USER"  # hexadecimal, for the header of that name
OUTSIDE_NUMBER = "OUTSIDE_NUMBER"  # of a member of staff, E.164; absent: the desk phone is rung
OUTSIDE_LANGUAGE = "OUTSIDE_LANGUAGE"  # in which the person is asked to accept
PRESENCE = "PRESENCE"  # what the phone's wish came to: the prompt presence-<value> is played

# What a desk phone dials, and the presence that it wishes.
PRESENCE_CODES = {"*21": "ready", "*22": "paused", "*23": "out"}

# Channel variable that Python reads: the key of the last Read().
KEY = "KEY"

# Channel events that the dialplan writes (CELGenUserEvent), with "centre" or "centre,reason".
CENTRE_ANSWERED = "CENTRE_ANSWERED"
CENTRE_FAILED = "CENTRE_FAILED"

# The queue of staff.
STAFF_QUEUE = "staff"

# Why we take a waiting caller out of the queue: QUEUE_WITHDRAW_INFO.
WITHDRAW_OVERFLOW = "overflow"
WITHDRAW_CLOSING = "closing"
