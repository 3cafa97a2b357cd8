"""Where a request comes from."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix


def trust_proxies(app: Flask, count: int) -> None:
    """Takes the word of our own proxies, the last `count` that a request passed, on where it came from."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0, x_host=0)  # type: ignore[method-assign]


def address_of(request: Request) -> str:
    """The visitor's address in its one usual form; that of the last proxy where what it says is no address."""
    before = request.environ.get("werkzeug.proxy_fix.orig", {})
    for told in (request.remote_addr, before.get("REMOTE_ADDR")):
        if found := _address(told or ""):
            return str(found)
    return "0.0.0.0"  # a local socket: nobody outside


def _address(told: str) -> IPv4Address | IPv6Address | None:
    """Some proxies add the port, and an IPv4 address may come in the clothes of IPv6 (RFC 4291,
    2.5.5.2); a zone (RFC 4007) means something to the proxy alone."""
    if told.count(":") == 1:
        told = told.partition(":")[0]
    elif told.startswith("["):
        told = told[1:].partition("]")[0]
    try:
        found = ip_address(told.partition("%")[0])
    except ValueError:
        return None
    return (found.version == 6 and found.ipv4_mapped) or found
