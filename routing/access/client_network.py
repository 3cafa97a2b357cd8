"""The network of an Internet client, as rate limits count it."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class ClientNetwork:
    """Both in CIDR notation: what one customer has, and the network around it."""

    address: str
    network: str


def parse_client_network(address: str) -> ClientNetwork:
    """IPv4: the address and its /24. IPv6: the /64 that one customer has, and the /48 around it.

    An IPv4-mapped IPv6 address counts as IPv4. Raises ValueError for a text that is not an IP address.
    """
    ip = ip_address(address)
    if mapped := getattr(ip, "ipv4_mapped", None):
        ip = mapped
    own, around = (32, 24) if isinstance(ip, IPv4Address) else (64, 48)
    return ClientNetwork(*(str(ip_network((ip, bits), strict=False)) for bits in (own, around)))


def parse_forwarded_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in a forwarded header, or None.

    Drops a port, which some proxies add, and an IPv6 zone (RFC 4007); unwraps an IPv4-mapped IPv6 address (RFC 4291,
    2.5.5.2).
    """
    if text.count(":") == 1:
        text = text.partition(":")[0]
    elif text.startswith("["):
        text = text[1:].partition("]")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.version == 6 and found.ipv4_mapped) or found
