"""Which SIP messages of a browser reach Asterisk: those of its own account, in the plain form that our page sends.

Asterisk would take some others for those of another account, or of an operator, or fail on them. SIP: RFC 3261.
"""

import re
from collections.abc import Mapping, Sequence

MAX_MESSAGE_BYTES = 20_000
"""A call's SDP with every candidate has about 4,000."""

_METHODS = ("REGISTER", "INVITE", "ACK", "CANCEL", "BYE", "UPDATE", "INFO")
_ONCE = frozenset(
    ("via", "from", "to", "call-id", "cseq", "contact", "content-length", "content-type", "authorization")
)
_HEADERS = _ONCE | {
    *("max-forwards", "expires", "session-expires", "min-se", "supported", "allow", "accept", "require"),
    *("user-agent", "reason", "warning", "retry-after"),
}
"""No Route and no Record-Route: no page of ours sends one. No short forms."""
_URI = r"sips?:[A-Za-z0-9._~*+!%:@\[\]-]+(?:;transport=wss?|;ob)*"
_START = re.compile(
    r"(?:([A-Z]+) (sips?:[A-Za-z0-9._~*+!%:@\[\]-]+(?:;transport=wss?|;ob)*) SIP/2\.0|SIP/2\.0 [1-6]\d\d .*)"
)
_HEADER = re.compile(r"([A-Za-z][A-Za-z-]*): ?([\t\x20-\x7e\x80-\U0010ffff]*)")
_ADDRESS = re.compile(
    r'(?:"(?:[^"\\<>]|\\["\\])*" ?)?<sips?:(?:([A-Za-z0-9._~*+!%-]+)@)?[A-Za-z0-9.:\[\]-]+>(;tag=[A-Za-z0-9._-]+)?'
)
_CONTACT = re.compile(
    r"<sip:[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.invalid;transport=wss?(?:;ob)?>"
    r'(?:;(?:\+sip\.ice|reg-id=\d+|\+sip\.instance="<urn:uuid:[0-9a-f-]+>"|expires=\d+))*'
)
_USER_NAME = re.compile(r'username="([^"]*)"', re.IGNORECASE)


class RefusedMessage(Exception):
    """The message is not passed on; the text says why, without a part of it."""


def is_keep_alive(text: str) -> bool:
    """Line breaks alone (RFC 7118, RFC 5626), which Asterisk need not see."""
    return not text.strip("\r\n")


def check_message(text: str, account: str) -> None:
    """Raises RefusedMessage unless it is a message that the page of this account sends."""
    head, separator, body = text.partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    if not separator or len(text.encode()) > MAX_MESSAGE_BYTES:
        raise RefusedMessage("It is too long, or has no end.")
    started = _START.fullmatch(start)
    if started is None or (started[1] or "BYE") not in _METHODS:
        raise RefusedMessage("Its first line is not one that the page sends.")
    headers = _read_headers(lines)
    if headers.get("content-length") != [str(len(body.encode()))]:
        raise RefusedMessage("Its length is not what it says.")
    if started[1]:
        _check_request(started[1], headers, account)


def _read_headers(lines: Sequence[str]) -> Mapping[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for line in lines:
        found = _HEADER.fullmatch(line)
        name = found[1].lower() if found else ""
        if found is None or not (name in _HEADERS or name.startswith("x-")):
            raise RefusedMessage("It has a header that the page does not send.")
        headers.setdefault(name, []).append(found[2])
    if any(len(headers.get(name, ())) > 1 for name in _ONCE):
        raise RefusedMessage("It has a header twice.")
    return headers


def _check_request(method: str, headers: Mapping[str, list[str]], account: str) -> None:
    sender, recipient = (_ADDRESS.fullmatch(headers.get(name, [""])[0]) for name in ("from", "to"))
    if sender is None or recipient is None:
        raise RefusedMessage("Its From or To is not one that the page sends.")
    begins = method == "REGISTER" or (method == "INVITE" and not recipient[2])
    if (begins and sender[1] != account) or (method == "REGISTER" and recipient[1] != account):
        raise RefusedMessage("It is in the name of another account.")
    if not all(_CONTACT.fullmatch(contact) for contact in headers.get("contact", ())):
        raise RefusedMessage("Its Contact leads elsewhere.")
    if any(_USER_NAME.findall(given) != [account] for given in headers.get("authorization", ())):
        raise RefusedMessage("It has the user name of another account.")
