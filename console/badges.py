"""The badges of the side bar: how much waits for the user, by the icon of the section."""

from collections.abc import Mapping

from console.context import get_context
from records import inbox
from records.actor import Actor
from records.messages import message_drafts
from records.messages.draft_types import DraftState
from routing.access.permissions import Permission
from routing.approval import is_eligible_approver


def count_badges(actor: Actor) -> Mapping[str, int]:
    """Only counts above zero."""
    counts = {"message": _count_approvals(actor), "inbox": _count_requests(actor)}
    return {icon: count for icon, count in counts.items() if count}


def _count_requests(actor: Actor) -> int:
    """The requests that wait for staff."""
    return inbox.count_inbox(get_context().database, actor).open if actor.may(Permission.SEE_REQUESTS) else 0


def _count_approvals(actor: Actor) -> int:
    """The messages of others that wait for the approval of this user."""
    services = get_context().audio_services
    if services is None or actor.user_id is None or not actor.may(Permission.APPROVE_MESSAGES):
        return 0
    drafts = message_drafts.list_open_drafts(get_context().database, actor, services.plan().announcements)
    waiting = [draft for draft in drafts if draft.state is DraftState.AWAITING_APPROVAL]
    return sum(is_eligible_approver(actor.user_id, draft.authors) for draft in waiting)
