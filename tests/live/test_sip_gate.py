"""Which SIP messages of a browser reach Asterisk."""

import pytest

from live.sip_gate import MAX_MESSAGE_BYTES, RefusedMessage, check_message, is_keep_alive

ACCOUNT = "2abcdefghjkmnp"
CONTACT = f"<sip:{ACCOUNT}@5f0c2b1e.invalid;transport=ws>"


def message(
    start: str = "REGISTER sip:standardiste.invalid SIP/2.0",
    *,
    sender: str = f"<sip:{ACCOUNT}@standardiste.invalid>;tag=a1",
    recipient: str = f"<sip:{ACCOUNT}@standardiste.invalid>",
    contact: str = f'{CONTACT};+sip.ice;reg-id=1;+sip.instance="<urn:uuid:12ab-34>";expires=60',
    more: str = "",
    body: str = "",
    length: int | None = None,
) -> str:
    return (
        f"{start}\r\nVia: SIP/2.0/WS 5f0c2b1e.invalid;branch=z9hG4bK1\r\nMax-Forwards: 69\r\nTo: {recipient}\r\n"
        f"From: {sender}\r\nCall-ID: abc\r\nCSeq: 1 REGISTER\r\nContact: {contact}\r\n{more}"
        f"Content-Length: {len(body.encode()) if length is None else length}\r\n\r\n{body}"
    )


INVITE = "INVITE sip:02@standardiste.invalid SIP/2.0"
COLLEAGUE = "<sip:02@standardiste.invalid>"


@pytest.mark.parametrize(
    "text",
    [
        message(),
        message(more=f'Authorization: Digest algorithm=MD5, username="{ACCOUNT}", realm="asterisk"\r\n'),
        message(INVITE, recipient=COLLEAGUE, contact=f"{CONTACT[:-1]};ob>", body="v=0\r\n"),
        message(
            "BYE sip:asterisk@host:5060;transport=ws SIP/2.0",
            sender="<sip:2x@127.0.0.87>;tag=x",
            recipient='"Ann \\"B\\"" <sip:+33639980001@host>;tag=y',
        ),
        message("SIP/2.0 200 OK"),
    ],
)
def test_what_the_page_sends_passes(text: str) -> None:
    check_message(text, ACCOUNT)


@pytest.mark.parametrize(
    "text",
    [
        message(sender="<sip:0199000000@standardiste.invalid>;tag=a1"),
        message(recipient="<sip:2other@standardiste.invalid>"),
        message(INVITE, sender="<sip:anonymous@anonymous.invalid>;tag=a1", recipient=COLLEAGUE),
        message(more='Authorization: Digest username="3another", realm="asterisk"\r\n'),
        message(more=f'Authorization: Digest username="{ACCOUNT}", username="3another"\r\n'),
        message(more="From: <sip:0199000000@host>;tag=a1\r\n"),
        message(more="f: <sip:0199000000@host>;tag=a1\r\n"),
        message(more="X-Note: a\r\n b\r\n"),
        message(more="P-Asserted-Identity: <sip:+33199000000@host>\r\n"),
        message(more="Route: <sip:192.0.2.1;lr>\r\n"),
        message(more="Record-Route: <sip:192.0.2.1;lr>\r\n"),
        message(contact=f"<sip:{ACCOUNT}@5f0c2b1e.invalid;transport=ws;maddr=192.0.2.9>"),
        message(contact="<sip:+33199001234@192.0.2.9>"),
        message(contact=f"{CONTACT}, <sip:a@192.0.2.9>"),
        message(contact="*"),
        message("REFER sip:02@standardiste.invalid SIP/2.0"),
        message("MESSAGE sip:02@standardiste.invalid SIP/2.0"),
        message("OPTIONS sip:02@standardiste.invalid SIP/2.0"),
        message("INVITE sip:02@standardiste.invalid;maddr=192.0.2.9 SIP/2.0", recipient=COLLEAGUE),
        message("INVITE tel:+33199001234 SIP/2.0", recipient=COLLEAGUE),
        message(body="INVITE sip:02@h SIP/2.0\r\n", length=0),
        message(length=5),
        message() + message(),
        message().replace("\r\n", "\n"),
        message(more="X-Note: \x00\r\n"),
        message(more=f"X-Note: {'a' * MAX_MESSAGE_BYTES}\r\n"),
        "INVITE",
        "",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedMessage):
        check_message(text, ACCOUNT)


def test_line_breaks_alone_keep_a_connection_alive() -> None:
    assert is_keep_alive("\r\n\r\n")
    assert not is_keep_alive(message())
