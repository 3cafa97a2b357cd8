"""Who sees a request: those of level 3 are the mediator's, and nobody else knows that they exist.

Everything that lists, counts or searches requests for people uses `visible_to`.
"""

from sqlalchemy import ColumnElement, exists, true
from sqlalchemy.orm import aliased

from records.actor import Actor
from records.schema import Interaction, SatisfactionSurvey
from records.schema import Request as Requests
from routing.access.permissions import Permission, Role, has_permission
from routing.request_rules import LEVELS, MEDIATION_LEVEL

# Built once: building a condition costs more than the database needs for it, and each page has several.
_OF_ALL = Requests.level < MEDIATION_LEVEL
_ROOT = aliased(Requests)
_IS_JOINED = exists().where(_ROOT.id == Requests.joined_to, _ROOT.closed_at.is_(None))
_IS_SHOWN_SURVEY = ~exists().where(Requests.id == SatisfactionSurvey.request_id, ~_OF_ALL) & ~exists().where(
    Requests.call_ref == SatisfactionSurvey.call_ref, ~_OF_ALL
)
_IS_SHOWN = ~exists().where(Requests.id == Interaction.request_id, ~_OF_ALL)


def visible_to(actor: Actor | None) -> ColumnElement[bool]:
    """Whether the actor sees a request; None is nobody in particular."""
    return true() if actor is not None and actor.may(Permission.SEE_MEDIATION) else visible_to_all()


def visible_levels(actor: Actor) -> tuple[int, ...]:
    """The levels that the actor sees."""
    return LEVELS if actor.may(Permission.SEE_MEDIATION) else LEVELS[: LEVELS.index(MEDIATION_LEVEL)]


def visible_to_all() -> ColumnElement[bool]:
    """Whether everybody who treats requests sees a request: for counts that are not somebody's."""
    return _OF_ALL


def roles_for_level(level: int) -> tuple[Role, ...]:
    """The roles that may treat requests of this level."""
    right = Permission.SEE_MEDIATION if level >= MEDIATION_LEVEL else Permission.SEE_REQUESTS
    return tuple(role for role in Role if has_permission(role, right))


def is_joined() -> ColumnElement[bool]:
    """Whether a request is treated with another one that is open, and is shown there."""
    return _IS_JOINED


def is_shown_interaction(actor: Actor | None) -> ColumnElement[bool]:
    """Whether an entry of a contact's history tells the actor of nothing that is the mediator's.

    A call stays in the history, because it happened; a callback that was asked for on a website does not.
    """
    if actor is not None and actor.may(Permission.SEE_MEDIATION):
        return true()
    return _IS_SHOWN


def is_shown_survey() -> ColumnElement[bool]:
    """Whether a survey is about nothing that is the mediator's; those that are count nowhere and nobody sees them."""
    return _IS_SHOWN_SURVEY
