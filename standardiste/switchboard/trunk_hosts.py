"""Where the address of a trunk leads: to the public network, to a private one, or to this machine."""

import socket
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network

from routing.trunks import Trunk
from standardiste.settings import Settings
from standardiste.switchboard.desk_phones import own_addresses

_PRIVATE = tuple(
    IPv4Network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8")
)
"""RFC 1918, RFC 6598, RFC 3927, RFC 1122."""
_NOBODY = (IPv4Network("0.0.0.0/8"), IPv4Network("224.0.0.0/3"))
"""No host has these addresses (RFC 1122, RFC 5771)."""
WIDEST_IPV4, WIDEST_IPV6 = 16, 32
"""Prefix lengths: everybody in the networks of a trunk is believed to be the operator."""


class HostKind(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"
    OWN = "own"
    """An address of this machine: calls to it come back to us."""
    UNKNOWN = "unknown"
    """A name that DNS does not know now, or only by its SRV record."""
    IMPOSSIBLE = "impossible"


def classify_host(settings: Settings, host: str) -> HostKind:
    """Where `host`, a name or an IPv4 address, leads to now. A name is asked of DNS."""
    try:
        found = {IPv4Address(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET)}
    except (OSError, UnicodeError, ValueError):
        return HostKind.UNKNOWN
    own = {IPv4Address(address) for address in own_addresses(settings) if address != "None"}
    if any(address in network for address in found for network in _NOBODY):
        return HostKind.IMPOSSIBLE
    if found & own:
        return HostKind.OWN
    if any(address in network for address in found for network in _PRIVATE):
        return HostKind.PRIVATE
    return HostKind.PUBLIC


def find_private_hosts(settings: Settings, trunk: Trunk) -> tuple[str, ...]:
    """Of the address and the networks of a trunk, those that are private or our own: to be confirmed."""
    kinds = (HostKind.PRIVATE, HostKind.OWN)
    host = [trunk.address] if classify_host(settings, trunk.address) in kinds else []
    return (*host, *(str(network) for network in trunk.networks if _is_private(network)))


def find_impossible_hosts(settings: Settings, trunk: Trunk) -> tuple[str, ...]:
    """Of the address and the networks of a trunk, those that no operator has, or that are too wide."""
    host = [trunk.address] if classify_host(settings, trunk.address) is HostKind.IMPOSSIBLE else []
    return (*host, *(str(network) for network in _wide(trunk.networks)))


def _is_private(network: IPv4Network | IPv6Network) -> bool:
    if isinstance(network, IPv6Network):
        return network.is_private
    return any(network.overlaps(private) for private in _PRIVATE)


def _wide(networks: Iterable[IPv4Network | IPv6Network]) -> list[IPv4Network | IPv6Network]:
    return [
        network
        for network in (ip_network(str(one)) for one in networks)
        if network.prefixlen < (WIDEST_IPV4 if network.version == 4 else WIDEST_IPV6)
    ]
