"""Who may ask for callbacks: pages of the organisation's sites, by their origin; its servers, by a key."""

from dataclasses import dataclass

from flask import Request, Response

from callback_api import sites
from callback_api.client_address import get_client_address
from callback_api.context import AppContext
from callback_api.problems import Problem, errors_as_problems
from records import site_keys
from records.site_keys import CREATE_SCOPE, SiteKey
from routing.callbacks.rules import CallbackSite

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True, slots=True)
class Requester:
    """Where a request for a callback comes from.

    `address` is the visitor's; None for a server, which limits its own visitors. `language` is what the visitor reads.
    """

    site: CallbackSite
    address: str | None
    language: str


def identify_requester(context: AppContext, request: Request, site_name: str | None, language: str) -> Requester:
    """The requester, for the site that the form names (None: any).

    Raises Problem for a key that is not valid, and for a page of another site. Only browsers send an Origin header, and
    a page cannot forge it: a request without an Origin counts as a visitor's and is limited by its address.
    """
    if request.authorization or "Authorization" in request.headers:
        return Requester(_site_from_key(context, request, site_name), None, language)
    origin = request.headers.get("Origin")
    site = _site_from_origin(context, origin, site_name) if origin else sites.get_site(context.plan(), site_name)
    return Requester(site, get_client_address(request), language)


def reject_foreign_origin(context: AppContext, request: Request) -> None:
    """Raises Problem when the request comes from a page that is neither ours nor one of the sites'."""
    if (origin := request.headers.get("Origin")) is not None and origin not in allowed_origins(context):
        raise Problem("origin-refused")


def add_cors_headers(context: AppContext, request: Request, response: Response) -> Response:
    """The response, readable by scripts of the allowed origins (https://fetch.spec.whatwg.org/#http-cors-protocol)."""
    origin = request.headers.get("Origin")
    response.vary.add("Origin")
    if origin and origin in allowed_origins(context):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Location, Retry-After"
        if request.method == "OPTIONS":
            response.headers.update(PREFLIGHT)
    return response


def allowed_origins(context: AppContext) -> frozenset[str]:
    return context.own_origins.union(*(site.origins for site in context.plan().callbacks.sites))


def _site_from_origin(context: AppContext, origin: str, site_name: str | None) -> CallbackSite:
    plan = context.plan()
    if origin in context.own_origins:
        return sites.get_site(plan, site_name)
    with_origin = [site for site in plan.callbacks.sites if origin in site.origins]
    found = next((site for site in with_origin if site_name in (None, site.name)), None)
    if found is None:
        raise Problem("origin-refused")
    return found


def find_key(context: AppContext, request: Request) -> SiteKey:
    """The key that the request presents (Authorization: Bearer …). Raises Problem without one that is valid."""
    authorization = request.authorization
    token = authorization.token if authorization and authorization.type == "bearer" else None
    with errors_as_problems():
        key = site_keys.find_site_key(context.database, token) if token else None
    if key is None:
        raise Problem("key-refused", headers={"WWW-Authenticate": "Bearer"})
    return key


def _site_from_key(context: AppContext, request: Request, site_name: str | None) -> CallbackSite:
    key = find_key(context, request)
    if CREATE_SCOPE not in key.scopes:
        raise Problem("scope-missing", placeholders={"scope": CREATE_SCOPE})
    if site_name not in (None, key.site):
        raise Problem("unknown-site")
    return sites.get_site(context.plan(), key.site)
