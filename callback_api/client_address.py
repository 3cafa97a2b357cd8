"""The IP address that a request comes from."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix


def trust_proxies(app: Flask, count: int) -> None:
    """Makes the application believe the X-Forwarded-For entries that our own proxies added: the last `count`."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0, x_host=0)  # type: ignore[method-assign]


def get_client_address(request: Request) -> str:
    """The visitor's address in canonical form; the last proxy's own address when what it forwards is not one."""
    before = request.environ.get("werkzeug.proxy_fix.orig", {})
    for text in (request.remote_addr, before.get("REMOTE_ADDR")):
        if found := _parse_address(text or ""):
            return str(found)
    return "0.0.0.0"  # a Unix socket has no address


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
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
