"""The URLs that events may be sent to: https on the public Internet, whatever a host name resolves to.

A name is resolved once, each of its addresses is checked, and the connection goes to a checked address, so that a name
that resolves differently the next time (DNS rebinding) reaches no private address.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

MAX_ADDRESSES = 4  # the most that are tried of one name

Resolve = Callable[[str, int], list[str]]
"""Returns the addresses of a host. Raises OSError, UnicodeError."""

GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, 2.4; all other IPv6 addresses are local, mapped or unassigned
# Networks that Python calls global and that are not public: protocol assignments (RFC 6890), tunnels that may end at a
# private address (6to4: RFC 7526; Teredo: RFC 4380, within 2001::/23), documentation (RFC 9637).
NOT_PUBLIC = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20")))


class AddressRefused(Exception):
    """An event may not, or cannot, be sent to this URL; str() is one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A checked URL. `authority`: the Host header; `target`: path and query."""

    secure: bool
    host: str
    port: int
    authority: str
    target: str


def parse_destination(url: str, *, allow_loopback: bool = False) -> Destination:
    """The destination of `url`, checked by its form alone. Raises AddressRefused.

    `allow_loopback`: also accept http and loopback addresses, for trials on one machine.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"This is no URL ({error}); give one such as https://www.example.org/hook.") from None
    if not (parts.hostname and url.isascii() and url.isprintable() and " " not in url):
        raise AddressRefused("This is no URL; give one such as https://www.example.org/hook.")
    if "@" in parts.netloc or parts.fragment:
        raise AddressRefused("Leave user, password and # out of the URL: what is sent is signed.")
    if parts.scheme != "https" and not (allow_loopback and parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise AddressRefused(f"{parts.scheme or 'nothing'}:// is not secure; give an https:// address.")
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(secure, parts.hostname, port or (443 if secure else 80), parts.netloc, target)


def resolve_host(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver gives."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def resolve_public_addresses(
    destination: Destination, resolve: Resolve = resolve_host, *, allow_loopback: bool = False
) -> tuple[str, ...]:
    """The addresses to connect to. Raises AddressRefused when the name has none, or when any of them is not public."""
    try:
        found = dict.fromkeys(resolve(destination.host, destination.port))
    except (OSError, UnicodeError) as error:
        raise AddressRefused(
            f"The name {destination.host} cannot be resolved ({error}); correct it, or wait."
        ) from None
    for text in found:
        address = ip_address(text)
        if not (is_public(address) or (allow_loopback and address.is_loopback)):
            raise AddressRefused(
                f"{destination.host} leads to {text}, which is not on the public Internet; give one that is."
            )
    return tuple(found)[:MAX_ADDRESSES]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the Internet can reach this address.

    False for a private, local, shared, mapped, tunnelled or multicast address.
    """
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in NOT_PUBLIC)


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")
