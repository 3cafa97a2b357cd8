"""Every name that Python and Asterisk share. `tests/dialplan/test_names.py` checks that each exists on both sides."""

# Contexts that a call enters by name.
MEMBER = "member"
FALLBACK = "fallback"  # entered when Python did not answer
NOBODY = "nobody"
OFFER = "offer"
REFUSAL = "refusal"
LISTEN = "listen"  # a subroutine: prompts, keys at most, seconds for each
SAY = "say"  # a subroutine: a prompt
RECORD = "record"  # a subroutine: a file, seconds of silence that end it, seconds at most

# Contexts in which an attempt to call somebody back begins, by who is rung first, and goes on once that one accepts.
CALLBACK_LINE = "callback-line"
CALLBACK_VISITOR = "callback-visitor"
CALLBACK_OUT = "callback-out"
CALLBACK_WAITING = "callback-waiting"

# Where one that stands in line is ended, so that no telephone rings for it any more.
CALLBACK_STOP = "callback-stop"

# Contexts in which a call to somebody who asked for one begins, and goes on once he answers.
DESK_RING = "desk-ring"
DESK_RUNG = "desk-rung"

# Behind the language of a channel: nobody listens there, and what Queue() says takes no time (prompts/library.py).
QUIET = "_quiet"

# FastAGI requests: agi://address:port/<name>,<arguments>.
AGI_RECEPTION = "reception"
AGI_CALLBACK = "callback"
AGI_STAFF = "staff"
AGI_OFFER = "offer"
AGI_OVERFLOW = "overflow"
AGI_MEMBER = "member"
AGI_RING = "ring"
AGI_DECLINE = "decline"
AGI_PRESENCE = "presence"
AGI_STAFF_LINE = "staff-line"
AGI_DESK_RING = "desk-ring"
AGI_DESK_RUNG = "desk-rung"
AGI_HEALTH = "health"  # asked by `doctor`, never by the dialplan

# Channel variables that Python sets for the dialplan.
ROUTE = "ROUTE"  # a destination, hence a context; set last: its absence means that Python failed
WAIT_NOTICE = "WAIT_NOTICE"  # "&" and the prompt that tells the expected wait
CENTRE_AT = "CENTRE_AT"  # CENTRE_AT_1, ...: name, number, trunk, caller ID, seconds of ringing; an empty one ends
USER_TO_USER = "USER_TO_USER"  # hexadecimal, for the header of that name
OUTSIDE_NUMBER = "OUTSIDE_NUMBER"  # of a member of staff, E.164; absent: the desk phone is rung
MEMBER_OFFER = "MEMBER_OFFER"  # "&" between prompts: what a member is offered and must accept by a key; absent: nothing
MEMBER_LANGUAGE = "MEMBER_LANGUAGE"  # in which he is asked
VISITOR_NAME = "VISITOR_NAME"  # what his desk phone shows as the caller's name: that it is a callback, and whose
VISITOR_LINE = "VISITOR_LINE"  # and as the number, E.164
CALLBACK_NUMBER = "CALLBACK_NUMBER"  # who is called back, E.164; set last, once that is committed; absent: nobody
CALLBACK_SHOWN = "CALLBACK_SHOWN"  # the number of ours that he sees, E.164
CALLBACK_LANGUAGE = "CALLBACK_LANGUAGE"
CALLBACK_GREETING = "CALLBACK_GREETING"  # the prompt that says who calls
CALLBACK_RING_S = "CALLBACK_RING_S"
STOPPED = "STOPPED"  # the channel of an attempt that is to end
POSITION = "POSITION"  # at which an attempt enters the queue, from 1
RUNG_PHONE = "MEMBER"  # the phone account of who asked to be rung; set last: absent, nobody is
PRESENCE = "PRESENCE"  # what the phone's wish came to: the prompt presence-<value> is played

# What a desk phone dials, and the presence that it wishes.
PRESENCE_CODES = {"*21": "ready", "*22": "paused", "*23": "out"}

# What else it dials, and the context where that leads.
DESK_CODES = {"*24": "staff-line"}

# Channel variable that Python reads: the key of the last Read().
KEY = "KEY"

# Channel events that the dialplan writes (CELGenUserEvent), with "centre" or "centre,reason".
CENTRE_ANSWERED = "CENTRE_ANSWERED"
CENTRE_FAILED = "CENTRE_FAILED"

# The same, of an attempt to call back: nothing more, and "attempt:how it ended".
CALLBACK_PICKED_UP = "CALLBACK_PICKED_UP"
CALLBACK_TALKING = "CALLBACK_TALKING"
CALLBACK_ENDED = "CALLBACK_ENDED"

# The queues of staff: with the language of those who wait in it.
STAFF_QUEUE = "staff-"

# Why we take a waiting caller out of the queue: QUEUE_WITHDRAW_INFO.
WITHDRAW_OVERFLOW = "overflow"
WITHDRAW_CLOSING = "closing"
