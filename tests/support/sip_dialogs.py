"""The INVITE dialogs in the SIP trace that Asterisk writes with `debug = yes`."""

import re
from dataclasses import dataclass

_MESSAGE = re.compile(
    r"<--- (?P<way>Received|Transmitting) SIP \w+ \(\d+ bytes\) (?:from|to) \w+:[^:]+:(?P<port>\d+) --->\n"
    r"(?P<text>.*?)(?=\r?\n\r?\n|\Z)",
    re.DOTALL,
)
_INVITED = re.compile(r"INVITE sips?:([^@;>\s]+)@")
_RINGING = re.compile(r"SIP/2\.0 (18[03]|200) ")


@dataclass(frozen=True, slots=True)
class Dialog:
    """One call, by its Call-ID (RFC 3261 §8.1.1.4).

    A retransmitted INVITE, or one that is repeated with credentials, belongs to the same call.
    `number`: as it was dialled. `rang`: the response was 180 (ringing), 183 (session progress) or 200.
    """

    call_id: str
    number: str
    rang: bool


def parse_dialogs(trace: str, port: int) -> tuple[Dialog, ...]:
    """The dialogs that began with an INVITE from this UDP port, in order."""
    numbers: dict[str, str] = {}
    rang: set[str] = set()
    for message in _MESSAGE.finditer(trace):
        text = message["text"]
        if int(message["port"]) != port or not (call_id := _header("Call-ID", text)):
            continue
        if message["way"] == "Received" and (invited := _INVITED.match(text)):
            numbers.setdefault(call_id, invited[1])
        elif message["way"] == "Transmitting" and _RINGING.match(text) and _header("CSeq", text).endswith("INVITE"):
            rang.add(call_id)
    return tuple(Dialog(call_id, number, call_id in rang) for call_id, number in numbers.items())


def _header(name: str, text: str) -> str:
    found = re.search(rf"^{name}: *(\S.*?)\s*$", text, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""
