"""Which program of the organisation, or of a centre, asks, and whether its key allows what it asks for."""

from dataclasses import dataclass

from flask import Request

from callback_api.access_control import find_key
from callback_api.context import AppContext
from callback_api.problems import Problem
from records.actor import Actor
from records.site_keys import OUTCOMES_SCOPE, SiteKey
from routing.access.permissions import Role

CHANNEL = "api"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program of the organisation, by its key; `actor` is named in the change log by the key's label."""

    key_id: int
    actor: Actor


def identify_tool(context: AppContext, request: Request, scope: str) -> Tool:
    """Who asks: a program sees what an agent of the reception sees, never the mediator's requests.

    Raises Problem without a key, for one that is not valid or lacks the scope, and for a page in a browser: a key that
    reads personal data has no place there.
    """
    return _tool(_find_key(context, request, scope))


def identify_centre(context: AppContext, request: Request) -> tuple[Tool, str]:
    """The program of an overflow centre, and the one centre to which its key is bound. Raises Problem likewise."""
    key = _find_key(context, request, OUTCOMES_SCOPE)
    if key.centre is None:
        raise Problem("scope-missing", placeholders={"scope": OUTCOMES_SCOPE})
    return _tool(key), key.centre


def _find_key(context: AppContext, request: Request, scope: str) -> SiteKey:
    if "Origin" in request.headers:
        raise Problem("origin-refused")
    key = find_key(context, request)
    if scope not in key.scopes:
        raise Problem("scope-missing", placeholders={"scope": scope})
    return key


def _tool(key: SiteKey) -> Tool:
    return Tool(key.id, Actor(None, Role.STAFF, key.label, CHANNEL))
