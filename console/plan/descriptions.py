"""A plan as sentences, in the language of the current request."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from console.language import current_language, translate
from console.plan.labels import ACTIONS, DESTINATIONS, WHILE_CHOOSING_SENTENCES
from routing.approval import Approval
from routing.destinations import Destination
from routing.hours.notation import WEEKDAY_CODES
from routing.hours.opening_hours import DAY_END, OpeningHours, Span, SpecialDay
from routing.messages import NoMessagePolicy
from routing.numbers import format_number
from routing.plan.model import Menu, MenuChoice, OverflowPlan, OverflowRule, OverflowTrigger, Plan
from routing.retention import RetentionRules
from translations.catalogues import choose_text
from translations.dates import long_date, time_of_day, weekday_name
from translations.message import Message, translatable
from translations.web import gettext

ALL_DAY = (Span(0, DAY_END),)

_TRIGGERS: Mapping[OverflowTrigger, Message] = {
    OverflowTrigger.NOBODY_LOGGED_IN: translatable("A call goes there when nobody is logged in."),
    OverflowTrigger.NOBODY_READY: translatable("A call goes there when nobody is free."),
    OverflowTrigger.CLOSED: translatable("A call goes there when we are closed."),
    OverflowTrigger.CALLERS_WAITING: translatable("A call goes there when more than %(value)s callers wait."),
    OverflowTrigger.LONGEST_WAIT: translatable(
        "A call goes there when the first has waited for more than %(value)s s."
    ),
    OverflowTrigger.ESTIMATED_WAIT: translatable("A call goes there when the estimated wait exceeds %(value)s s."),
    OverflowTrigger.SHARE_OF_CALLS: translatable("%(value)s %% of calls go there, at random."),
}

_NO_VALID_MESSAGE: Mapping[NoMessagePolicy, Message] = {
    NoMessagePolicy.KEEP_LAST: translatable("When none is valid any more, the last one stays on air."),
    NoMessagePolicy.PLAY_SENTENCE: translatable("When none is valid any more, the caller hears that there is none."),
}


def format_spans(spans: tuple[Span, ...]) -> str:
    """Spans as text: "de 9 h à 12 h 30 et de 13 h 30 à 18 h", "fermé"."""
    if not spans:
        return gettext("closed")
    if spans == ALL_DAY:
        return gettext("at any time")
    first, *others = (
        gettext("from %(opens)s to %(closes)s", opens=_clock_time(span.opens), closes=_clock_time(span.closes))
        for span in spans
    )
    for other in others:
        first = gettext("%(first)s and %(second)s", first=first, second=other)
    return first


def describe_week(hours: OpeningHours) -> Iterator[str]:
    """A sentence for each run of days with the same hours."""
    for _, group in groupby(range(len(WEEKDAY_CODES)), key=lambda day: hours.week[day]):
        days = [*group]
        opening = format_spans(hours.week[days[0]])
        first, last = (weekday_name(day, current_language()) for day in (days[0], days[-1]))
        if len(days) == len(WEEKDAY_CODES):
            yield gettext("Every day: %(hours)s.", hours=opening)
        elif len(days) == 1:
            yield gettext("On %(first)s: %(hours)s.", first=first, hours=opening)
        elif len(days) == 2:
            yield gettext("On %(first)s and %(last)s: %(hours)s.", first=first, last=last, hours=opening)
        else:
            yield gettext("From %(first)s to %(last)s: %(hours)s.", first=first, last=last, hours=opening)


def describe_special_days(hours: OpeningHours, since: date) -> Iterator[tuple[str, Mapping[str, str] | None]]:
    """The special days from `since` on, each with the texts of its message, None without one.

    Consecutive days with the same hours and message are described together.
    """
    for first, last, special in _group_special_days(hours):
        if last >= since:
            yield _describe_special_day(first, last, special), special.texts


def format_day(day: date) -> str:
    """A date as text: "mardi 24 décembre 2030"."""
    return long_date(datetime.combine(day, time(12), UTC), UTC, current_language())


def describe_choice(choice: MenuChoice) -> str:
    """What a key does."""
    if choice.announcement:
        return gettext("listen to %(name)s", name=announcement_label(choice.announcement))
    return translate(ACTIONS[choice.destination]) if choice.destination else gettext("hear the menu again")


def announcement_label(announcement: str) -> str:
    """The name of what a message key plays."""
    return gettext("today's message") if announcement == "daily" else f"« {announcement} »"


def key_label(key: str) -> str:
    """The name of a key: "0", "étoile"."""
    if key == "*":
        return gettext("star")
    return gettext("hash") if key == "#" else key


def describe_menu_end(menu: Menu) -> str:
    """What follows when the caller presses no key, or one without effect."""
    return gettext(
        "Without a key after %(seconds)s s, or after a key that does nothing, the menu is played again in other words."
        " After %(tries)s tries in all: %(lost)s.",
        seconds=menu.first_key_s,
        tries=menu.tries,
        lost=translate(DESTINATIONS[menu.fallback]),
    )


def describe_timeouts(plan: Plan) -> Iterator[str]:
    """How long telephones ring, callers wait and agents pause."""
    staff, waiting = plan.staff, plan.waiting
    if staff.strategy == "ringall":
        yield gettext("All telephones ring at once, for %(seconds)s s.", seconds=staff.ring_s)
    else:
        yield gettext("Telephones ring one after the other, %(seconds)s s each.", seconds=staff.ring_s)
    yield gettext(
        "After %(seconds)s s of waiting, the caller may be called back or leave a message.", seconds=staff.max_wait_s
    )
    yield gettext("After each call an agent has %(seconds)s s of wrap-up time.", seconds=staff.wrapup_s)
    if staff.max_missed_calls:
        yield gettext("An agent who misses %(calls)s calls in a row is paused.", calls=staff.max_missed_calls)
    yield gettext(
        "While a caller waits, a callback is offered every %(offer)s s, and the position in the queue is announced"
        " every %(place)s s.",
        offer=waiting.offer_every_s,
        place=waiting.announce_every_s,
    )
    yield translate(WHILE_CHOOSING_SENTENCES[plan.while_choosing])


def describe_announcements(plan: Plan) -> Iterator[str]:
    """What a message may be, the staff line, and our name on websites."""
    for announcement in plan.announcements.values():
        name = announcement_label(announcement.name)
        yield gettext(
            "%(name)s lasts %(seconds)s s at most.",
            name=name[0].upper() + name[1:],
            seconds=announcement.max_seconds,
        )
        yield translate(_NO_VALID_MESSAGE[announcement.when_none_valid])
        if announcement.approval is Approval.SECOND:
            yield gettext("A second person approves it before it is heard.")
        if renew_by := announcement.renew_by:
            yield gettext(
                "From %(time)s on, the first page warns that yesterday's message is still on air.",
                time=time_of_day(renew_by.hour * 60 + renew_by.minute, current_language()),
            )
    if plan.staff_line:
        number = format_number(plan.staff_line, plan.country)
        yield gettext("The team records its messages at %(number)s.", number=number)
    if plan.organisation:
        yield gettext("On websites we are “%(name)s”.", name=choose_text(plan.organisation, current_language()))


def describe_overflow(overflow: OverflowPlan) -> Iterator[str]:
    """The overflow centres, and when a call goes there."""
    if not overflow.centres:
        yield gettext("No outside centre takes our calls.")
        return
    names = ", ".join(centre.name for centre in overflow.centres)
    yield gettext("The centres, in order: %(names)s.", names=names)
    for rule in overflow.rules:
        yield describe_rule(rule)


def describe_retention(rules: RetentionRules) -> Iterator[str]:
    """For how long what identifies a person is kept."""
    yield gettext("Every night what identifies a person is deleted:")
    yield gettext("in calls, %(days)s days after the call;", days=rules.reception)
    yield gettext("in voice messages, %(days)s days after they were left;", days=rules.voicemail)
    yield gettext("in callbacks, %(days)s days after they were closed;", days=rules.callback)
    yield gettext("in consents to receive news, %(days)s days after they were given;", days=rules.campaigning)
    yield gettext("in answers to satisfaction surveys, %(days)s days later.", days=rules.satisfaction)
    yield gettext("What nobody has resolved yet is kept until then.")


def describe_rule(rule: OverflowRule) -> str:
    return translate(_TRIGGERS[rule.trigger], value=rule.threshold)


def describe_destinations(destinations: Iterable[Destination]) -> str:
    """Destinations in the order of preference: "l'équipe, sinon être rappelé"."""
    first, *others = (translate(DESTINATIONS[each]) for each in destinations)
    for other in others:
        first = gettext("%(first)s, otherwise %(second)s", first=first, second=other)
    return first


def _clock_time(minute: int) -> str:
    return gettext("midnight") if minute == DAY_END else time_of_day(minute, current_language())


def _describe_special_day(first: date, last: date, special: SpecialDay) -> str:
    opening = format_spans(special.spans)
    if first == last:
        return gettext("On %(day)s: %(hours)s.", day=format_day(first), hours=opening)
    return gettext(
        "From %(first)s to %(last)s: %(hours)s.", first=format_day(first), last=format_day(last), hours=opening
    )


def _group_special_days(hours: OpeningHours) -> Iterator[tuple[date, date, SpecialDay]]:
    """First day, last day and hours of each run of equal special days."""
    first = last = None
    for day in sorted(hours.exceptions):
        if first and last and day == last + timedelta(days=1) and hours.exceptions[day] == hours.exceptions[first]:
            last = day
            continue
        if first and last:
            yield first, last, hours.exceptions[first]
        first = last = day
    if first and last:
        yield first, last, hours.exceptions[first]
