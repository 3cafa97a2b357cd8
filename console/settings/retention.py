"""Retention: what is kept for how long, and what the last nights have deleted."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Blueprint, render_template

from console.context import current_actor, find_plan, get_context
from console.guard import needs
from console.plan.settings.retention import PURPOSES
from records import changes
from records.changes import ChangeFilter
from records.retention import purge
from routing.access.permissions import Permission
from routing.retention import RetentionRules
from translations.web import ngettext

blueprint = Blueprint("retention", __name__, template_folder="templates", url_prefix="/settings/retention")
SHOWN = 14
LATE = timedelta(hours=36)
"""Like the check of `doctor`: a day, with a margin."""


@blueprint.get("")
@needs(Permission.SEE_CHANGES)
def show() -> str:
    """The last two weeks; all of them stand in the change log."""
    context, actor = get_context(), current_actor()
    plan = find_plan()
    rules = plan.retention if plan else RetentionRules()
    wanted = ChangeFilter(kinds=(purge.CHANGE_KIND,))
    purges = changes.list_changes(context.database, actor, limit=SHOWN, wanted=wanted)
    return render_template(
        "settings/retention.html",
        periods=[(label, counted, getattr(rules, name)) for name, (label, counted) in PURPOSES.items()],
        purges=[(each.at, describe_purge(each.after or {})) for each in purges],
        is_late=bool(purges) and context.clock() - purges[0].at > LATE,
        kept_open=purge.count_kept_open(context.database, rules, context.clock()),
        may_change=actor.may(Permission.CHANGE_PLAN),
    )


def describe_purge(counts: Mapping[str, object]) -> list[str]:
    """What a purge deleted, kind by kind, in the reader's language; empty when it found nothing."""
    return [say(count) for name, say in _SENTENCES.items() if isinstance(count := counts.get(name), int) and count]


_SENTENCES: Mapping[str, Callable[[int], str]] = {
    "calls": lambda n: ngettext("%(num)s call no longer says who called", "%(num)s calls no longer say who called", n),
    "requests": lambda n: ngettext(
        "%(num)s request no longer says whose it was", "%(num)s requests no longer say whose they were", n
    ),
    "voicemails": lambda n: ngettext("%(num)s voice message deleted", "%(num)s voice messages deleted", n),
    "interactions": lambda n: ngettext(
        "%(num)s line of a history deleted or emptied", "%(num)s lines of histories deleted or emptied", n
    ),
    "consents": lambda n: ngettext("%(num)s consent deleted", "%(num)s consents deleted", n),
    "contacts": lambda n: ngettext("%(num)s card deleted", "%(num)s cards deleted", n),
    "lines": lambda n: ngettext("%(num)s telephone number deleted", "%(num)s telephone numbers deleted", n),
    "change_values": lambda n: ngettext(
        "%(num)s change of a card no longer says what was written",
        "%(num)s changes of cards no longer say what was written",
        n,
    ),
    "surveys": lambda n: ngettext(
        "%(num)s survey no longer says who was asked", "%(num)s surveys no longer say who was asked", n
    ),
    "files": lambda n: ngettext("%(num)s file deleted", "%(num)s files deleted", n),
}
