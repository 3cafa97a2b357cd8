"""Which calls a program asks for by the parameters of /v1/calls."""

from flask import Request

from callback_api.records_api.parameters import MAX_ID, invalid_field, read_time
from records.calls.call_list import OUTCOMES, CallFilter
from records.calls.call_traits import KEYS
from routing.numbers import parse_typed_number
from routing.plan.model import Plan
from routing.plan.overflow import is_centre_name
from routing.typed_numbers import parts_of_number
from translations.message import translatable

_NOT_AN_OUTCOME = translatable("Write one of: %(words)s.", words=", ".join(OUTCOMES))
_NOT_OURS = translatable("Write one of the numbers of the plan.")
_NO_PART = translatable("Write three digits of a number or more.")
_NOT_A_KEY = translatable("Write one of 0 to 9, * and #.")
_NOT_AN_AGENT = translatable("Write the number of an agent.")
_NOT_A_CENTRE = translatable("Write the name of an overflow centre, as the plan has it.")


def read_call_filter(request: Request, plan: Plan) -> CallFilter:
    """The filter of the address. Raises Problem for a value that fits nothing."""
    said = {name: request.args.get(name, "") for name in ("outcome", "number", "from", "key", "agent", "centre")}
    if said["outcome"] and said["outcome"] not in OUTCOMES:
        raise invalid_field("outcome", _NOT_AN_OUTCOME)
    number = parse_typed_number(said["number"], plan.country) if said["number"] else ""
    if number is None or (number and all(each.e164 != number for each in plan.numbers)):
        raise invalid_field("number", _NOT_OURS)
    digits = parts_of_number(said["from"])
    if said["from"] and not digits:
        raise invalid_field("from", _NO_PART)
    if said["key"] and (len(said["key"]) > 1 or said["key"] not in KEYS):
        raise invalid_field("key", _NOT_A_KEY)
    if said["centre"] and not is_centre_name(said["centre"]):
        raise invalid_field("centre", _NOT_A_CENTRE)
    return CallFilter(
        since=read_time(request, "since"),
        until=read_time(request, "until"),
        dispositions=OUTCOMES[said["outcome"]] if said["outcome"] else (),
        public_number=number,
        digits=digits,
        key=said["key"],
        agent_id=_read_agent(said["agent"]),
        centre=said["centre"],
    )


def _read_agent(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < len(str(MAX_ID))):
        raise invalid_field("agent", _NOT_AN_AGENT)
    return int(text)
