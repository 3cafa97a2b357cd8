"""The names that Python and the dialplan share; tests/dialplan/test_names.py checks that each is known to both."""

# Contexts that a call enters by name.
DIAL_MEMBER = "member"  # part of the queue members' interface, which Asterisk keeps over a restart
FALLBACK = "fallback"  # entered when Python did not answer
NO_AGENT = "no-agent"
OFFER_CALLBACK = "offer-callback"
QUEUE_KEYS = "queue-keys"  # where a caller goes on waiting
REJECT_CLOSED = "reject-closed"

# Subroutines that an AGI script calls, with their arguments.
READ_KEYS = "read-keys"  # prompts, keys at most, seconds for each
PLAY_PROMPT = "play-prompt"  # a prompt
RECORD_MESSAGE = "record-message"  # a file, seconds of silence that end it, seconds at most

# The two contexts of a callback attempt, by who is dialled first: where it begins, and where it continues once that
# person has accepted.
CALLBACK_AGENT_FIRST = "callback-agent-first"
CALLBACK_DIAL_VISITOR = "callback-dial-visitor"
CALLBACK_OWN_PHONE = "callback-own-phone"  # in place of the first, at the telephone of the agent who asked for it
CALLBACK_VISITOR_FIRST = "callback-visitor-first"
CALLBACK_VISITOR_ACCEPTED = "callback-visitor-accepted"

# Ends an attempt that waits in the queue.
CALLBACK_CANCEL = "callback-cancel"

# The two contexts of a call that a user of the console asked for: before and after it is answered.
CLICK_TO_CALL = "click-to-call"
CLICK_TO_CALL_ANSWERED = "click-to-call-answered"

# The two contexts of a test ring of a telephone: before and after it is answered.
PHONE_RING = "phone-ring"
PHONE_RING_ANSWERED = "phone-ring-answered"

# Hands a caller over: the context that moves their channel into [transfer], and the queue rules by level.
TRANSFER_START = "transfer-start"
TRANSFER_LEVEL_PREFIX = "level-"

# An agent speaks with a colleague first: the context that begins it, that of the steps that follow, the part of the
# colleague's interface, and the contexts in which channels of agents are then.
CONSULT_START = "consult-start"
CONSULT_STEP = "consult-step"
CONSULT_MEMBER = "consult-member"
CONSULT_DIAL = "consult-dial"
CONSULT_ROOM = "consult-room"

# Puts a browser's password into Asterisk, or takes it out; and tells the calls of a browser whose page was lost.
BROWSER_PHONE_LOGIN = "browser-phone-login"
BROWSER_PHONE_LOST = "browser-phone-lost"

# Suffix of a channel's language for silent sounds: no person listens, and announcements take no time
# (prompts/library.py).
SILENT_LANGUAGE_SUFFIX = "_silent"

# FastAGI requests: agi://address:port/<name>,<arguments>.
AGI_RECEPTION = "reception"
AGI_CALLBACK = "callback"
AGI_STAFF = "staff"
AGI_OFFER_CALLBACK = "offer-callback"
AGI_OVERFLOW = "overflow"
AGI_MEMBER = "member"
AGI_AUTHORIZE_DIAL = "authorize-dial"
AGI_REJECT = "reject"
AGI_PRESENCE = "presence"
AGI_STAFF_LINE = "staff-line"
AGI_CLICK_TO_CALL = "click-to-call"
AGI_CLICK_TO_CALL_ANSWERED = "click-to-call-answered"
AGI_PHONE_RING = "phone-ring"
AGI_PHONE_RING_ANSWERED = "phone-ring-answered"
AGI_PHONE_RING_ENDED = "phone-ring-ended"
AGI_TRANSFER = "transfer"
AGI_SATISFACTION = "satisfaction"
AGI_BROWSER_PHONE = "browser-phone"
AGI_BROWSER_PHONE_APPLIED = "browser-phone-applied"
AGI_HEALTH = "health"  # sent by `doctor`, not by the dialplan

# Names of requests in the dialplan of version 0.1, which Asterisk executes until it has reloaded.
FORMER_AGI_NAMES = {
    "offer": AGI_OFFER_CALLBACK,
    "ring": AGI_AUTHORIZE_DIAL,
    "decline": AGI_REJECT,
    "desk-ring": AGI_CLICK_TO_CALL,
    "desk-rung": AGI_CLICK_TO_CALL_ANSWERED,
}

# Channel variables that Python sets for the dialplan.
ROUTE = "ROUTE"  # a destination, hence a context; set last: its absence means that Python failed
WAIT_NOTICE = "WAIT_NOTICE"  # "&" and the prompt that tells the expected wait
# With _1, _2 ...: name, number, trunk, caller ID, seconds of ringing, reference, User-to-User, most calls at once,
# code of the call and the language in which it is said, Unix times at which its contract begins and is over; "" ends.
CENTRE_CANDIDATE = "CENTRE_CANDIDATE"
OUTSIDE_NUMBER = "OUTSIDE_NUMBER"  # of an agent, E.164; absent: the desk phone rings
MEMBER_CONFIRM_PROMPTS = "MEMBER_CONFIRM_PROMPTS"  # with "&" between; absent: nothing to confirm
MEMBER_LANGUAGE = "MEMBER_LANGUAGE"  # of the agent
BROWSER_PHONE = "BROWSER_PHONE"  # the account of the browser that rings in place of the desk phone
BROWSER_PASSWORD = "BROWSER_PASSWORD"
BROWSER_VERSION = "BROWSER_VERSION"  # of that password; set last: its absence means that Python failed
VISITOR_NAME = "VISITOR_NAME"  # shown on the agent's desk phone: that it is a callback, and whose
VISITOR_NUMBER = "VISITOR_NUMBER"  # shown beside it, E.164
CALLBACK_NUMBER = "CALLBACK_NUMBER"  # the visitor's, E.164; set last, after the commit; absent: no dialling
CALLBACK_CALLER_ID = "CALLBACK_CALLER_ID"  # E.164
CALLBACK_LANGUAGE = "CALLBACK_LANGUAGE"
CALLBACK_GREETING = "CALLBACK_GREETING"  # the prompt that says who calls
CALLBACK_RING_S = "CALLBACK_RING_S"
CANCELLED_CHANNEL = "CANCELLED_CHANNEL"  # the channel of an attempt that is to end
OWN_PHONE = "OWN_PHONE"  # the SIP account of the agent who asked for the attempt in the console
OWN_PHONE_S = "OWN_PHONE_S"  # for how long it rings and asks at most
JOIN_POSITION = "JOIN_POSITION"  # at which an attempt enters the queue, from 1
CLICK_TO_CALL_PHONE = "MEMBER"  # the SIP account to ring; set last; absent: no telephone rings
TRANSFERRED_CHANNEL = "TRANSFERRED_CHANNEL"  # the caller's, while they talk with an agent
TRANSFERRED_AGENT = "TRANSFERRED_AGENT"  # that of the agent
TRANSFERRED_CALL = "TRANSFERRED_CALL"  # its reference: no other channel is moved
CONSULT_CHANNEL = "CONSULT_CHANNEL"  # that of the colleague with whom the agent speaks first
CONSULTED = "CONSULT_DIALLED"  # the SIP accounts of the colleagues, with "&" between
TRANSFER_FROM = "TRANSFER_FROM"  # the SIP account of the agent who hands over, and to whom the call comes back
TRANSFER_MEMBER = "TRANSFER_MEMBER"  # the SIP account of the person to whom the call goes
TRANSFER_LEVEL = "TRANSFER_LEVEL"  # or the level
TRANSFER_PENALTY = "TRANSFER_PENALTY"  # of its members in the queue
ASK_SATISFACTION = "ASK_SATISFACTION"  # "1": the call is among those that are asked once their matter is done
TRANSFER_TO = "TRANSFER_TO"  # person, level or centre; set last: its absence means that Python failed
PRESENCE_RESULT = "PRESENCE_RESULT"  # the prompt presence-<value> is played

# What a desk phone dials, and the presence that it asks for.
PRESENCE_CODES = {"*21": "ready", "*22": "paused", "*23": "out"}

# What else it dials, and the context to which that leads.
DESK_PHONE_CODES = {"*24": "staff-line"}

# Channel variable that Python reads: the key of the last Read().
PRESSED_KEY = "PRESSED_KEY"

# Channel events that the dialplan writes (CELGenUserEvent), with "centre:reference", "centre" or "centre:reason".
CENTRE_DIALLED = "CENTRE_DIALLED"
CENTRE_ANSWERED = "CENTRE_ANSWERED"
CENTRE_FAILED = "CENTRE_FAILED"

# A call beyond the limits goes to the overflow centres; with its refusal, one of the contexts below.
HANDED_OVER = "HANDED_OVER"

# Channel event of a caller who was handed over and whom nobody took.
TRANSFER_RETURNED = "TRANSFER_RETURNED"

# Channel events of a consultation: the channel joins the caller; goes back to them without the colleague; is gone.
CONSULT_ENTERED = "CONSULT_ENTERED"
CONSULT_BACK = "CONSULT_BACK"
CONSULT_LEFT = "CONSULT_LEFT"

# Channel events of a callback attempt; the last one with "attempt:how it ended".
CALLBACK_PICKED_UP = "CALLBACK_PICKED_UP"
CALLBACK_CONNECTED = "CALLBACK_CONNECTED"
CALLBACK_ENDED = "CALLBACK_ENDED"

# The queues of the staff; the language of their callers follows.
STAFF_QUEUE_PREFIX = "staff-"

# The group of calls that wait for the first step of our code; a call that it serves leaves it.
SET_UP_GROUP = "set-up"

# The last context of a call that was refused before it was answered.
REFUSED_FULL = "refused-full"
REFUSED_OVERLOADED = "refused-overloaded"
REFUSED_HALF_OPEN = "refused-half-open"
HANDED_OVER_IN_VAIN = "handed-over-in-vain"

# The last context of a desk phone that came in by a trunk's address. It leaves no record.
NO_CALLER = "no-caller"

# Why a waiting caller is taken out of the queue: QUEUE_WITHDRAW_INFO.
WITHDRAW_OVERFLOW = "overflow"
WITHDRAW_CLOSING = "closing"
WITHDRAW_FIRST = "first"  # they join again at the front
WITHDRAW_OFFER = "offer"
