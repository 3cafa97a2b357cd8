"""What softphones read from a QR code to set themselves up.

Linphone fetches its settings from the address in the code (remote provisioning, section "Remote provisioning" of its
wiki). Grandstream Wave and its relatives read the account from the code itself.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from records.staff.agents import Agent

_WAVE = (
    '<?xml version="1.0" encoding="utf-8"?><AccountConfig version="1"><Account>'
    "<RegisterServer>{server}</RegisterServer><OutboundServer></OutboundServer><UserID>{account}</UserID><AuthID>{account}</AuthID>"
    "<AuthPass>{password}</AuthPass><AccountName>{desk}</AccountName><DisplayName>{desk}</DisplayName>"
    "<Dialplan>{{x+|*x+}}</Dialplan><RandomPort>0</RandomPort><Voicemail></Voicemail></Account></AccountConfig>"
)


def wave_account(agent: Agent, server: str, port: int) -> str:
    """The account as Grandstream Wave reads it from a QR code; it holds the password."""
    return _WAVE.format(
        server=escape(address_of(server, port)),
        account=escape(agent.sip_account),
        password=escape(agent.password),
        desk=escape(agent.desk),
    )


def address_of(server: str, port: int) -> str:
    """`server`, with the port unless it is the usual one of SIP."""
    return server if port == 5060 else f"{server}:{port}"


def is_reachable_address(url: str) -> bool:
    """False for an address of ours that leads a telephone to the telephone itself."""
    host = urlsplit(url).hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
