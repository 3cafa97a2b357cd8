"""What changes at callbacks: when and how often people are called back, how many may ask, and on which websites."""

from collections.abc import Iterator, Mapping

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Inside,
    Table,
    after_colon,
    describe_fields,
    list_words,
    match_items,
    part_of,
    says,
    says_duration,
    says_nothing,
    says_renamed,
    says_word,
)
from routing.callbacks.number_ranges import PLACES
from routing.callbacks.rules import CallbackSite, DialFirst
from routing.plan.part_kinds import PartKind
from translations.catalogues import choose_text
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language, translate

_FIRST: Mapping[DialFirst, Message] = {
    DialFirst.AGENT: translatable("An agent will accept a callback first; then the visitor is rung."),
    DialFirst.VISITOR: translatable("The visitor will be rung first; then they wait for an agent."),
}


def compare_callbacks(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes at callbacks."""
    notices = describe_fields(CALLBACKS, comparison.old.callbacks, comparison.new.callbacks, comparison)
    yield from part_of(gettext("Callbacks"), notices)


def _describe_pauses(change: FieldChange) -> Iterator[str]:
    minutes = list_words([str(pause) for pause in change.new]) if change.new else "0"
    yield gettext("Minutes between two attempts to call back: %(minutes)s.", minutes=minutes)


def _describe_ranges(change: FieldChange) -> Iterator[str]:
    places = [translate(PLACES[name]) for name in change.new]
    if places:
        yield gettext("People will be called back in %(places)s only.", places=list_words(places))
    else:
        yield gettext("Nobody will be called back: no range of numbers is allowed.")


def _describe_limits(change: FieldChange) -> Iterator[str]:
    for notice in describe_fields(LIMITS, change.old, change.new, change.comparison):
        yield notice.text


def _describe_sites(change: FieldChange) -> Iterator[str]:
    comparison = change.comparison
    found = match_items(change.old, change.new, lambda site: site.name)
    for site in found.added:
        yield gettext(
            "A new website, “%(name)s”, will offer callbacks, made by %(number)s.",
            name=_title(comparison, site),
            number=comparison.number(site.number),
        )
    for site in found.removed:
        yield gettext("The website “%(name)s” will no longer offer callbacks.", name=_title(comparison, site))
    for before, after in found.kept:
        for notice in describe_fields(SITE, before, after, comparison):
            yield gettext(
                "Website “%(name)s”: %(sentence)s", name=_title(comparison, after), sentence=after_colon(notice.text)
            )
    if found.is_reordered:
        yield gettext("The websites are listed in another order.")


def _title(comparison: Comparison, site: CallbackSite) -> str:
    return comparison.title(PartKind.SITE, site.name)


def _describe_number(change: FieldChange) -> Iterator[str]:
    yield gettext("its visitors will be called by %(number)s.", number=change.comparison.number(change.new))


def _describe_origins(change: FieldChange) -> Iterator[str]:
    if change.new:
        yield gettext("requests may come from the pages of %(origins)s.", origins=list_words(change.new))
    else:
        yield gettext("no page may send requests without a key any more.")


def _describe_topics(change: FieldChange) -> Iterator[str]:
    topics = choose_text(change.new or {}, current_language()) or ()
    if topics:
        yield gettext("the topics to choose from will be: %(topics)s.", topics=list_words(topics))
    else:
        yield gettext("no topic can be chosen any more.")


CALLBACKS: Table = {
    "first": says_word(translatable("%(new)s"), _FIRST),
    "attempts": says(
        translatable("Somebody who is not reached will be called %(new)s times in all instead of %(old)s.")
    ),
    "retry_after_min": _describe_pauses,
    "ring_s": says_duration(translatable("The visitor's telephone will ring for %(new)s instead of %(old)s.")),
    "line_s": Inside(
        says_duration(translatable("A callback will stay first in the queue for %(new)s at most instead of %(old)s."))
    ),
    "at_once": Inside(says(translatable("%(new)s callbacks may be under way at once instead of %(old)s."))),
    "slot_min": says(translatable("The time slots to choose from will last %(new)s minutes instead of %(old)s.")),
    "per_slot": says(translatable("%(new)s people may choose the same time slot instead of %(old)s.")),
    "lead_min": says(
        translatable("A time slot can be chosen up to %(new)s minutes before it begins instead of %(old)s.")
    ),
    "days_ahead": says(translatable("Time slots will be offered for %(new)s days ahead instead of %(old)s.")),
    "expires_h": says(
        translatable("A callback that could not be made will end after %(new)s hours of open days instead of %(old)s.")
    ),
    "ranges": _describe_ranges,
    "limits": Inside(_describe_limits),
    "sites": Inside(_describe_sites),
}
"""The describers of CallbackRules."""

LIMITS: Table = {
    "number_day": says(translatable("One telephone number may ask %(new)s times a day instead of %(old)s.")),
    "number_month": says(translatable("One telephone number may ask %(new)s times in 30 days instead of %(old)s.")),
    "address_hour": says(translatable("One Internet address may ask %(new)s times an hour instead of %(old)s.")),
    "address_day": says(translatable("One Internet address may ask %(new)s times a day instead of %(old)s.")),
    "network_hour": says(translatable("One network may ask %(new)s times an hour instead of %(old)s.")),
    "network_day": says(translatable("One network may ask %(new)s times a day instead of %(old)s.")),
    "all_hour": says(translatable("%(new)s callbacks may be asked for in an hour instead of %(old)s.")),
    "all_day": says(translatable("%(new)s callbacks may be asked for in a day instead of %(old)s.")),
    "minutes_day": says(
        translatable("Our calls to visitors may last %(new)s minutes a day in all instead of %(old)s.")
    ),
    "euros_day": says(translatable("Our calls to visitors may cost %(new)s euros a day instead of %(old)s.")),
    "cents_min": says(translatable("A minute of our calls to visitors counts %(new)s cents instead of %(old)s.")),
}
"""The describers of CallbackLimits."""

SITE: Table = {
    "name": says_nothing,
    "title": Inside(says_renamed),
    "number": _describe_number,
    "origins": _describe_origins,
    "topics": _describe_topics,
}
"""The describers of CallbackSite."""
