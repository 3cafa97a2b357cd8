"""The badges of the side bar: how much waits for the user, by the icon of the section."""

from collections.abc import Mapping

from console.context import current_actor, get_context
from console.request_cache import once_per_page
from records.actor import Actor
from records.inbox import inbox
from records.inbox.inbox import InboxCounts
from records.messages import message_drafts
from records.messages.draft_types import DraftState
from routing.access.permissions import Permission
from routing.approval import is_eligible_approver


@once_per_page
def count_badges() -> Mapping[str, int]:
    """For the user of this request; only counts above zero."""
    actor = current_actor()
    requests = count_own_inbox().open if actor.may(Permission.SEE_REQUESTS) else 0
    counts = {"message": _count_approvals(actor), "inbox": requests}
    return {icon: count for icon, count in counts.items() if count}


@once_per_page
def count_own_inbox() -> InboxCounts:
    """Of what the user of this request sees. Raises Forbidden."""
    return inbox.count_inbox(get_context().database, current_actor())


def _count_approvals(actor: Actor) -> int:
    """The messages of others that wait for the approval of this user."""
    services = get_context().audio_services
    if services is None or actor.user_id is None or not actor.may(Permission.APPROVE_MESSAGES):
        return 0
    drafts = message_drafts.list_open_drafts(get_context().database, actor, services.plan().announcements)
    waiting = [draft for draft in drafts if draft.state is DraftState.AWAITING_APPROVAL]
    return sum(is_eligible_approver(actor.user_id, draft.authors) for draft in waiting)
