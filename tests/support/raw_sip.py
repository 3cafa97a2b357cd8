"""SIP messages as text, as a browser's page would send them, or as somebody who wants something else."""

import secrets


def register(account: str, *, user: str = "", contact: str = "", more: str = "") -> str:
    """`user`: the user name of an answer to a challenge."""
    if user:
        given = f'username="{user}", realm="asterisk", nonce="1", uri="sip:x", response="{"0" * 32}"'
        more += f"Authorization: Digest {given}\r\n"
    return _message("REGISTER", "sip:standardiste.invalid", account, account, contact, more)


def invite(sender: str, dialled: str) -> str:
    return _message("INVITE", f"sip:{dialled}@standardiste.invalid", sender, dialled, "", "")


def _message(method: str, uri: str, sender: str, recipient: str, contact: str, more: str) -> str:
    token = secrets.token_hex(8)
    own = contact or "<sip:page@5f0c2b1e.invalid;transport=ws>"
    return (
        f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/WS 5f0c2b1e.invalid;branch=z9hG4bK{token}\r\nMax-Forwards: 69\r\n"
        f"To: <sip:{recipient}@standardiste.invalid>\r\nFrom: <sip:{sender}@standardiste.invalid>;tag={token}\r\n"
        f"Call-ID: {token}\r\nCSeq: 1 {method}\r\nContact: {own}\r\n{more}Content-Length: 0\r\n\r\n"
    )
