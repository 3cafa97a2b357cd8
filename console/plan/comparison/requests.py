"""What changes for requests that wait for the team: topics, due times, outcomes. Callers notice none of it."""

from collections.abc import Iterator

from console.language import current_language, translate
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
    says_nothing,
)
from routing.languages import LANGUAGES
from routing.request_rules import RequestOutcome, RequestRules, Topic
from translations.catalogues import choose_text
from translations.message import Message, translatable
from translations.web import gettext

_LEVELS = {
    1: translatable("“%(name)s” will be for everybody who handles requests."),
    2: translatable("“%(name)s” will go to the service concerned, level 2."),
    3: translatable("“%(name)s” will be for the mediator alone."),
}


def compare_requests(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes for requests."""
    notices = describe_fields(REQUESTS, comparison.old.requests, comparison.new.requests, comparison)
    yield from part_of(gettext("Open requests"), notices)


def _describe_topics(change: FieldChange) -> Iterator[str]:
    found = match_items(change.old, change.new, lambda topic: topic.name)
    for topic in found.added:
        yield gettext("Requests can have a new topic: “%(name)s”.", name=_name(topic))
        yield translate(_LEVELS[topic.level], name=_name(topic))
    for topic in found.removed:
        yield gettext("“%(name)s” is no longer a topic; requests that have it keep it.", name=_name(topic))
    for before, after in found.kept:
        for notice in describe_fields(TOPIC, before, after, change.comparison):
            yield gettext("Topic “%(name)s”: %(sentence)s", name=_name(before), sentence=after_colon(notice.text))
    if found.is_reordered:
        yield gettext("The topics will be in this order: %(names)s.", names=list_words(map(_name, change.new)))


def _describe_outcomes(change: FieldChange) -> Iterator[str]:
    found = match_items(_offered(change.before), _offered(change.after), lambda outcome: outcome.name)
    if not change.new or not (found.added or found.removed):
        yield gettext("What can become of a request will be chosen among: %(names)s.", names=_list(change.after))
    for outcome in found.added:
        yield gettext("A request can be closed as: “%(name)s”.", name=_name(outcome))
    for outcome in found.removed:
        yield gettext("“%(name)s” can no longer be chosen when a request is closed.", name=_name(outcome))
    for before, after in found.kept:
        for notice in describe_fields(OUTCOME, before, after, change.comparison):
            yield gettext("Outcome “%(name)s”: %(sentence)s", name=_name(before), sentence=after_colon(notice.text))


def _offered(rules: RequestRules) -> tuple[RequestOutcome, ...]:
    """The outcomes to choose from, the usual ones included."""
    return tuple(
        RequestOutcome(name, {code: title.in_language(code) for code in LANGUAGES})
        for name, title in rules.outcome_titles.items()
    )


def _list(rules: RequestRules) -> str:
    return list_words(map(_name, _offered(rules)))


def _describe_title(change: FieldChange) -> Iterator[str]:
    yield gettext("It will be called: %(names)s.", names=list_words(f"“{text}”" for text in change.new.values()))


def _describe_level(change: FieldChange) -> Iterator[str]:
    yield translate(_LEVELS[change.new], name=_name(change.after))


def _describe_topic_due(change: FieldChange) -> Iterator[str]:
    if change.new is None:
        yield gettext("It will be due like requests without a topic.")
    else:
        yield gettext("It will be due after %(hours)s hours of opening.", hours=change.new)


def _name(named: Topic | RequestOutcome) -> str:
    return choose_text(named.title, current_language()) or named.name


_DUE: Message = translatable("Requests will be due after %(new)s hours of opening instead of %(old)s.")

REQUESTS: Table = {
    "topics": Inside(_describe_topics),
    "outcomes": Inside(_describe_outcomes),
    "due_h": Inside(says(_DUE)),
}
"""The describers of RequestRules."""

TOPIC: Table = {
    "name": says_nothing,
    "title": Inside(_describe_title),
    "level": Inside(_describe_level),
    "due_h": Inside(_describe_topic_due),
}
"""The describers of Topic."""

OUTCOME: Table = {"name": says_nothing, "title": Inside(_describe_title)}
"""The describers of RequestOutcome."""
