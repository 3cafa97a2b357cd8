"""The terms of callbacks in force: the rules and hours of the plan, and the holds."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from records.holds import list_holds_in
from records.plan.reader import find_plan_in
from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN


def with_holds(connection: Connection, terms: CallbackTerms, at: datetime) -> CallbackTerms:
    """The same terms with the holds of their number that are on record at `at`."""
    return replace(terms, holds=list_holds_in(connection, at, terms.public_number))


def get_terms_in_force(connection: Connection, public_number: str) -> CallbackTerms:
    """The terms of the plan in force for this number, without the holds; without a plan, callbacks at any time."""
    plan = find_plan_in(connection)
    if plan is None:
        return CallbackTerms(CallbackRules(), Calendar(ALWAYS_OPEN, UTC), public_number=public_number)
    calendars = (plan.hours[number.hours] for number in plan.numbers if number.e164 == public_number)
    calendar = Calendar(next(calendars, ALWAYS_OPEN), plan.timezone)
    return CallbackTerms(plan.callbacks, calendar, public_number=public_number)
