"""The IP address that a request comes from."""

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix

from routing.access.client_network import parse_forwarded_address


def trust_proxies(app: Flask, count: int) -> None:
    """Makes the application believe the X-Forwarded-For entries that our own proxies added: the last `count`."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0, x_host=0)  # type: ignore[method-assign]


def get_client_address(request: Request) -> str:
    """The visitor's address in canonical form; the last proxy's own address when what it forwards is not one."""
    before = request.environ.get("werkzeug.proxy_fix.orig", {})
    for text in (request.remote_addr, before.get("REMOTE_ADDR")):
        if found := parse_forwarded_address(text or ""):
            return str(found)
    return "0.0.0.0"  # a Unix socket has no address
