"""What changes for callers who wait and for the team: the staff queue, its announcements, the wait for a key."""

from collections.abc import Iterator, Mapping

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Inside,
    Notice,
    Table,
    after_colon,
    describe_fields,
    duration,
    list_words,
    match_items,
    part_of,
    says_duration,
    says_nothing,
    says_word,
)
from console.plan.labels import WHILE_CHOOSING
from console.plan.settings.team import STRATEGIES
from routing.pause_reasons import PauseReason
from routing.plan.model import OTHER_LANGUAGES_LEVEL, EscalationStep
from translations.catalogues import choose_text
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language, translate


def compare_staff(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes in the staff queue."""
    notices = describe_fields(STAFF, comparison.old.staff, comparison.new.staff, comparison)
    yield from part_of(gettext("The team's telephones"), notices)


def compare_waiting(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes for a caller who waits."""
    notices = describe_fields(WAITING, comparison.old.waiting, comparison.new.waiting, comparison)
    yield from part_of(gettext("While a caller waits"), notices)


def compare_key_wait(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes while a key is awaited."""
    sentence = gettext(
        "Callers will hear: %(new)s (until now: %(old)s).",
        new=after_colon(translate(WHILE_CHOOSING[comparison.new.while_choosing])),
        old=after_colon(translate(WHILE_CHOOSING[comparison.old.while_choosing])),
    )
    yield ChangedPart(gettext("While a key is awaited"), (Notice(sentence),))


def _describe_missed(change: FieldChange) -> Iterator[str]:
    if change.new:
        yield gettext("An agent who misses %(calls)s calls in a row will be paused.", calls=change.new)
    else:
        yield gettext("Agents who miss calls will no longer be paused.")


def _describe_more_wrapup(change: FieldChange) -> Iterator[str]:
    if change.new:
        yield gettext("After a call, agents may lengthen the wrap-up by %(time)s.", time=duration(change.new))
    else:
        yield gettext("Agents will no longer be able to lengthen the wrap-up.")


def _describe_outcome(change: FieldChange) -> Iterator[str]:
    if change.new:
        yield gettext("After each call its agent will have to say what became of it; else a request stays with them.")
    else:
        yield gettext("Agents will no longer have to say what became of a call.")


def _describe_pause_reasons(change: FieldChange) -> Iterator[str]:
    if not change.new:
        yield gettext("Agents who take a break will no longer give a reason.")
        return
    found = match_items(change.old, change.new, lambda reason: reason.name)
    for reason in found.added:
        yield gettext("Agents can take a break for this reason: “%(name)s”.", name=_pause_title(reason))
    for reason in found.removed:
        yield gettext("“%(name)s” is no longer a reason for a break.", name=_pause_title(reason))
    for before, after in found.kept:
        for notice in describe_fields(PAUSE_REASON, before, after, change.comparison):
            name = _pause_title(before)
            yield gettext("Reason for a break “%(name)s”: %(sentence)s", name=name, sentence=after_colon(notice.text))
    if found.is_reordered:
        names = list_words(map(_pause_title, change.new))
        yield gettext("The reasons for a break will be in this order: %(names)s.", names=names)


def _describe_pause_title(change: FieldChange) -> Iterator[str]:
    yield gettext("It will be called: %(names)s.", names=list_words(f"“{text}”" for text in change.new.values()))


def _pause_title(reason: PauseReason) -> str:
    return choose_text(reason.title, current_language()) or reason.name


def _describe_escalation(change: FieldChange) -> Iterator[str]:
    if not change.new:
        yield gettext("All agents may be rung from the beginning, in the order of their ranks.")
        return
    steps = [_describe_step(step) for step in change.new]
    yield gettext("How long a caller has waited when more agents are rung: %(steps)s.", steps=list_words(steps))


def _describe_step(step: EscalationStep) -> str:
    who = (
        gettext("those of other languages")
        if step.level == OTHER_LANGUAGES_LEVEL
        else gettext("rank %(rank)s", rank=step.level)
    )
    return gettext("%(who)s after %(time)s", who=who, time=duration(step.after_s))


_PLAIN: Mapping[str, Message] = {
    "ring_s": translatable("Each telephone will ring for %(new)s instead of %(old)s."),
    "max_wait_s": translatable("Callers who wait will be offered another way out after %(new)s instead of %(old)s."),
    "answer_within_s": translatable(
        "The service level will count callers who are answered within %(new)s instead of %(old)s."
    ),
    "browser_away_s": translatable(
        "Who answers in the browser will be away %(new)s after it was closed, instead of %(old)s."
    ),
    "wrapup_s": translatable("After each call an agent will have %(new)s of wrap-up time instead of %(old)s."),
}

STAFF: Table = {
    "strategy": Inside(
        says_word(translatable("Telephones will ring in another order: %(new)s (until now: %(old)s)."), STRATEGIES)
    ),
    "ring_s": says_duration(_PLAIN["ring_s"]),
    "max_wait_s": says_duration(_PLAIN["max_wait_s"]),
    "wrapup_s": Inside(says_duration(_PLAIN["wrapup_s"])),
    "escalation": _describe_escalation,
    "max_missed_calls": Inside(_describe_missed),
    "pause_reasons": Inside(_describe_pause_reasons),
    "more_wrapup_s": Inside(_describe_more_wrapup),
    "answer_within_s": Inside(says_duration(_PLAIN["answer_within_s"])),
    "browser_away_s": Inside(says_duration(_PLAIN["browser_away_s"])),
    "outcome_required": Inside(_describe_outcome),
}
"""The describers of StaffQueue."""

PAUSE_REASON: Table = {"name": says_nothing, "title": Inside(_describe_pause_title)}
"""The describers of PauseReason."""

STEP: Table = {"level": says_nothing, "after_s": says_nothing}
"""The steps of EscalationStep are described together."""

WAITING: Table = {
    "offer_every_s": says_duration(translatable("A callback will be offered every %(new)s instead of every %(old)s.")),
    "announce_every_s": says_duration(
        translatable("Callers will hear their place in the queue every %(new)s instead of every %(old)s.")
    ),
}
"""The describers of QueueAnnouncements."""
