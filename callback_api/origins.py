"""Who may ask: pages of the organisation's sites by their origin, its servers by a key."""

from dataclasses import dataclass

from flask import Request, Response

from callback_api import sites
from callback_api.addresses import address_of
from callback_api.door import Door
from callback_api.problems import Problem, told
from records import site_keys
from routing.callback_rules import Site

CREATE = "callbacks:create"
"""The scope of a server key that may ask for callbacks."""

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True, slots=True)
class Asker:
    """For which site, and from which address; None for a server, which has visitors of its own to count."""

    site: Site
    address: str | None


def asker(door: Door, request: Request, named: str | None) -> Asker:
    """Who asks for a callback. Raises Problem for a key that does not hold, and for a page of somebody else's site.

    `named`: the site as the form gives it. Only browsers tell the origin, and only they cannot lie about it: who tells
    none is a visitor like others, counted by address.
    """
    if request.authorization or "Authorization" in request.headers:
        return Asker(_site_of_key(door, request, named), None)
    origin = request.headers.get("Origin")
    site = _site_of_origin(door, origin, named) if origin else sites.named(door.plan(), named)
    return Asker(site, address_of(request))


def refuse_foreign(door: Door, request: Request) -> None:
    """Raises Problem where a page asks that belongs neither to us nor to one of the sites."""
    if (origin := request.headers.get("Origin")) is not None and origin not in known_origins(door):
        raise Problem("origin-refused")


def allow(door: Door, request: Request, response: Response) -> Response:
    """The answer, which the asking page's script may read (https://fetch.spec.whatwg.org/#http-cors-protocol)."""
    origin = request.headers.get("Origin")
    response.vary.add("Origin")
    if origin and origin in known_origins(door):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Location, Retry-After"
        if request.method == "OPTIONS":
            response.headers.update(PREFLIGHT)
    return response


def known_origins(door: Door) -> frozenset[str]:
    return door.own_origins.union(*(site.origins for site in door.plan().callbacks.sites))


def _site_of_origin(door: Door, origin: str, named: str | None) -> Site:
    plan = door.plan()
    if origin in door.own_origins:
        return sites.named(plan, named)
    ours = [site for site in plan.callbacks.sites if origin in site.origins]
    found = next((site for site in ours if named in (None, site.name)), None)
    if found is None:
        raise Problem("origin-refused")
    return found


def _site_of_key(door: Door, request: Request, named: str | None) -> Site:
    given = request.authorization
    token = given.token if given and given.type == "bearer" else None
    with told():
        key = site_keys.holder(door.base, token) if token else None
    if key is None:
        raise Problem("key-refused", headers={"WWW-Authenticate": "Bearer"})
    if CREATE not in key.scopes:
        raise Problem("scope-missing", words={"scope": CREATE})
    if named not in (None, key.site):
        raise Problem("unknown-site")
    return sites.named(door.plan(), key.site)
