"""A program has a person called back: which numbers can be called, whose telephone rings first, and the answer."""

from flask import Response

from callback_api.context import get_context
from callback_api.problems import NO_NUMBER, Problem
from callback_api.records_api.parameters import invalid_field
from callback_api.records_api.responses import PlacedCallbackResponse
from callback_api.records_api.write_forms import CallBackForm
from records.callbacks.own_phone import find_agent_by_email
from records.database.engine import Database
from routing.callbacks.number_ranges import is_in_ranges
from routing.plan.model import Plan
from translations.message import translatable

_NO_AGENT = translatable("Give the e-mail address of a user of the console who is an agent with a telephone here.")


def require_callable(line: str | None, plan: Plan) -> None:
    """Raises Problem for a number that is not called back, and when no trunk places calls."""
    if line is None or not (get_context().has_outbound_trunk and is_in_ranges(line, plan.callbacks.ranges)):
        raise Problem("not-dialled", reason=NO_NUMBER)


def find_caller(part: Database, form: CallBackForm) -> int | None:
    """The agent whose own telephone rings first; None for the team. Raises Problem."""
    if form.user is None:
        return None
    if (agent_id := find_agent_by_email(part, form.user)) is None:
        raise invalid_field("user", _NO_AGENT)
    return agent_id


def placed_response(reference: int | str) -> Response:
    """The callback waits in the line of callbacks."""
    placed = PlacedCallbackResponse(reference=str(reference))
    return Response(placed.model_dump_json(), 202, {"Cache-Control": "no-store"}, mimetype="application/json")
