"""Counting calls and rings in SIP traces."""

from sip_dialogs import Dialog, parse_dialogs

OURS, ANOTHERS = 5060, 5070


def received(call_id: str, sequence: str = "1 INVITE", number: str = "0639980001", port: int = OURS) -> str:
    start = f"{sequence.split()[1]} sip:{number}@127.0.0.1:5080 SIP/2.0"
    return _message(f"Received SIP request (99 bytes) from UDP:127.0.0.1:{port}", start, call_id, sequence)


def sent(call_id: str, status: str, sequence: str = "1 INVITE", port: int = OURS) -> str:
    title = f"Transmitting SIP response (99 bytes) to UDP:127.0.0.1:{port}"
    return _message(title, f"SIP/2.0 {status}", call_id, sequence)


def _message(title: str, start: str, call_id: str, sequence: str) -> str:
    return f"[1] VERBOSE[9] x.c: <--- {title} --->\n{start}\r\nCall-ID: {call_id}\r\nCSeq: {sequence}\r\n\r\n"


def test_authentication_retransmission_and_repeated_ringing_are_one_call() -> None:
    challenged = received("a") + sent("a", "401 Unauthorized") + received("a", "2 INVITE") * 2
    rings = sent("a", "100 Trying", "2 INVITE") + sent("a", "180 Ringing", "2 INVITE") * 2
    again = received("a", "3 INVITE") + sent("a", "200 OK", "3 INVITE") + received("a", "4 BYE")

    assert parse_dialogs(challenged + rings + again, OURS) == (Dialog("a", "0639980001", rang=True),)


def test_a_busy_call_did_not_ring_and_another_attempt_is_another_call() -> None:
    busy = received("a") + sent("a", "486 Busy Here")
    again = received("b", number="+33639980001") + sent("b", "183 Session Progress")
    at_once = received("c") + sent("c", "200 OK")

    did_not, heard, answered = parse_dialogs(busy + again + at_once, OURS)
    assert did_not == Dialog("a", "0639980001", rang=False)
    assert heard == Dialog("b", "+33639980001", rang=True)
    assert answered == Dialog("c", "0639980001", rang=True)


def test_other_peers_and_other_requests_do_not_count() -> None:
    anothers = received("a", port=ANOTHERS) + sent("a", "180 Ringing", port=ANOTHERS)
    options = received("b", "1 OPTIONS") + sent("b", "180 Ringing", "1 OPTIONS")

    assert parse_dialogs(anothers + options, OURS) == ()
