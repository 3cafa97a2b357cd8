"""Who can open a link to the console, by the host in its address (the setting console_url)."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from translations.message import Message, translatable

_LOCAL_DOMAINS = ("local", "lan", "localdomain", "internal", "intranet", "corp", "home", "private", "home.arpa")
"""RFC 6762 (local, and its appendix G), RFC 8375 (home.arpa), and what ICANN reserved for private use (internal)."""

_THIS_MACHINE = translatable(
    "The links lead to %(host)s: they open on this machine only. Your colleagues need the console's address in the"
    " setting console_url."
)
_THIS_NETWORK = translatable("The links lead to %(host)s: they open inside your network only.")


def link_warning(url: str) -> Message | None:
    """The sentence for a link that not everybody can open; None for one that leads to the Internet."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            return _with_host(_THIS_MACHINE, host)
        is_local = "." not in host or host.endswith(tuple(f".{domain}" for domain in _LOCAL_DOMAINS))
        return _with_host(_THIS_NETWORK, host) if is_local else None
    if address.is_loopback or address.is_unspecified:
        return _with_host(_THIS_MACHINE, host)
    return None if address.is_global else _with_host(_THIS_NETWORK, host)


def _with_host(text: Message, host: str) -> Message:
    return Message(text.text, {"host": host})
