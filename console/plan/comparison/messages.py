"""What changes at the announcements: the messages that a key plays."""

from collections.abc import Iterator, Mapping

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Inside,
    Notice,
    Table,
    describe_fields,
    match_items,
    part_of,
    says_duration,
    says_nothing,
    says_renamed,
    says_word,
)
from routing.approval import Approval
from routing.messages import NoMessagePolicy
from routing.plan.part_kinds import PartKind
from translations.dates import time_of_day
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language

_NO_VALID: Mapping[NoMessagePolicy, Message] = {
    NoMessagePolicy.KEEP_LAST: translatable("the last one stays on air"),
    NoMessagePolicy.PLAY_SENTENCE: translatable("callers hear that there is none"),
}
_APPROVALS: Mapping[Approval, Message] = {
    Approval.NONE: translatable("Messages will go on air without the approval of a second person."),
    Approval.SECOND: translatable("A second person will have to approve each message before it is heard."),
}


def compare_announcements(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes at each announcement."""
    old, new = comparison.old.announcements, comparison.new.announcements
    found = match_items(old, new, lambda name: name)
    for name in found.added:
        sentence = gettext("A new announcement. A key of a menu can play it once a message is published.")
        yield ChangedPart(_title(comparison, name), (Notice(sentence, noticed=False),))
    for name in found.removed:
        yield ChangedPart(_title(comparison, name), (Notice(gettext("This announcement is removed."), noticed=False),))
    for name, _ in found.kept:
        yield from part_of(_title(comparison, name), describe_fields(ANNOUNCEMENT, old[name], new[name], comparison))


def _title(comparison: Comparison, name: str) -> str:
    return gettext("Announcement “%(name)s”", name=comparison.title(PartKind.ANNOUNCEMENT, name))


def _describe_renewal(change: FieldChange) -> Iterator[str]:
    if change.new is None:
        yield gettext("Nobody will be reminded of a message of an earlier day any more.")
        return
    at = time_of_day(change.new.hour * 60 + change.new.minute, current_language())
    yield gettext("From %(time)s on, the team will be reminded of a message of an earlier day.", time=at)


ANNOUNCEMENT: Table = {
    "name": says_nothing,
    "title": Inside(says_renamed),
    "when_none_valid": says_word(
        translatable("When no message is valid any more: %(new)s (until now: %(old)s)."), _NO_VALID
    ),
    "max_seconds": Inside(says_duration(translatable("A message may last %(new)s at most (until now: %(old)s)."))),
    "approval": Inside(says_word(translatable("%(new)s"), _APPROVALS)),
    "renew_by": Inside(_describe_renewal),
}
"""The describers of Announcement."""
