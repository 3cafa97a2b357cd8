"""The reason of an agent's pause in words, and who reads it: the agent and those who manage agents."""

from console.context import current_session, find_plan
from records.staff.presence import Presence
from routing.access.permissions import Permission
from translations.web import gettext
from web.language import current_language


def list_pause_reasons() -> dict[str, str]:
    """The reasons of the plan to choose from, by name."""
    plan, language = find_plan(), current_language()
    titles = plan.staff.pause_titles if plan else {}
    return {name: title.in_language(language) for name, title in titles.items()}


def pause_reason_text(reason: str) -> str:
    """The reason as colleagues read it; one that the plan does not have is shown as it was stored."""
    if reason == "no answer":  # of an agent who did not answer their telephone (ami/staff/no_answer_pause.py)
        return gettext("did not answer")
    return list_pause_reasons().get(reason, reason)


def shown_pause_reason(presence: Presence) -> str:
    """The reason, if the user of this request may read it; else ""."""
    user = current_session().user
    may = user.agent_id == presence.agent_id or user.actor.may(Permission.MANAGE_AGENTS)
    return pause_reason_text(presence.reason) if may or presence.reason == "no answer" else ""
