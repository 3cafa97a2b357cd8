"""What changes for requests that wait for the team: topics, due times, outcomes. Callers notice none of it."""

from collections.abc import Iterator

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
from routing.request_rules import EscalationAudience, RequestOutcome, RequestRules, Topic
from translations.catalogues import choose_text
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language, translate

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
        if topic.escalate_h is not None:
            yield gettext("Topic “%(name)s”: %(sentence)s", name=_name(topic), sentence=after_colon(_goes_up(topic)))
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


def _describe_escalation(change: FieldChange) -> Iterator[str]:
    if change.new is None:
        yield gettext("It will never go up by itself.")
    else:
        yield _goes_up(change.after)


def _describe_all_escalation(change: FieldChange) -> Iterator[str]:
    if change.new is None:
        yield gettext("Requests without a topic will never go up by themselves.")
    elif not change.new:
        yield gettext("Requests without a topic will go up to level 2 at their due time.")
    else:
        yield gettext(
            "Requests without a topic will go up to level 2, %(hours)s hours of opening after their due time.",
            hours=change.new,
        )


def _describe_audience(change: FieldChange) -> Iterator[str]:
    yield translate(_AUDIENCES[change.new])


def _goes_up(topic: Topic) -> str:
    texts = _GOES_UP if topic.level == 1 else _STAYS
    return translate(texts[bool(topic.escalate_h)], hours=topic.escalate_h)


def _name(named: Topic | RequestOutcome) -> str:
    return choose_text(named.title, current_language()) or named.name


_GOES_UP = {
    False: translatable("It will go up to level 2 at its due time."),
    True: translatable("It will go up to level 2, %(hours)s hours of opening after its due time."),
}
_STAYS = {
    False: translatable("It will stay at its level, and people will be told at its due time."),
    True: translatable(
        "It will stay at its level, and people will be told %(hours)s hours of opening after its due time."
    ),
}
_AUDIENCES = {
    EscalationAudience.SUPERVISORS: translatable("When one goes up, its owner and the supervisors will be told."),
    EscalationAudience.EVERYBODY: translatable("When one goes up, everybody who handles requests will be told."),
    EscalationAudience.NOBODY: translatable("When one goes up, only its owner will be told."),
}
_DUE: Message = translatable("Requests will be due after %(new)s hours of opening instead of %(old)s.")

REQUESTS: Table = {
    "topics": Inside(_describe_topics),
    "outcomes": Inside(_describe_outcomes),
    "due_h": Inside(says(_DUE)),
    "escalate_h": Inside(_describe_all_escalation),
    "escalate_tell": Inside(_describe_audience),
}
"""The describers of RequestRules."""

TOPIC: Table = {
    "name": says_nothing,
    "title": Inside(_describe_title),
    "level": Inside(_describe_level),
    "due_h": Inside(_describe_topic_due),
    "escalate_h": Inside(_describe_escalation),
    "escalate_tell": Inside(_describe_audience),
}
"""The describers of Topic."""

OUTCOME: Table = {"name": says_nothing, "title": Inside(_describe_title)}
"""The describers of RequestOutcome."""
