"""A plan as sentences, in the language of the current request."""

from collections.abc import Iterable, Iterator, Mapping

from console.plan.labels import ACTIONS, DESTINATIONS, WHILE_CHOOSING_SENTENCES
from console.plan.part_titles import title_text
from console.plan.settings.callbacks import FIRST, RANGES
from routing.approval import Approval
from routing.destinations import Destination
from routing.messages import NoMessagePolicy
from routing.numbers import format_number
from routing.plan.model import Menu, MenuChoice, OverflowRule, OverflowTrigger, Plan
from routing.plan.part_kinds import PartKind
from routing.request_rules import MEDIATION_LEVEL, RequestRules
from routing.retention import RetentionRules
from translations.catalogues import choose_text
from translations.dates import time_of_day
from translations.message import Message, translatable
from translations.web import gettext, ngettext
from web.language import current_language, translate

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


def describe_choice(plan: Plan, choice: MenuChoice) -> str:
    """What a key of this plan does."""
    if choice.announcement:
        return gettext("listen to “%(name)s”", name=title_text(plan, PartKind.ANNOUNCEMENT, choice.announcement))
    if choice.menu:
        return gettext("open the menu “%(name)s”", name=title_text(plan, PartKind.MENU, choice.menu))
    if choice.back:
        return gettext("go back to the previous menu")
    return translate(ACTIONS[choice.destination]) if choice.destination else gettext("hear the menu again")


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


def describe_waiting(plan: Plan) -> Iterator[str]:
    """What a waiting caller hears, and for how long they wait."""
    waiting = plan.waiting
    yield gettext(
        "After %(seconds)s s of waiting, the caller may be called back or leave a message.",
        seconds=plan.staff.max_wait_s,
    )
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
        yield gettext(
            "“%(name)s” lasts %(seconds)s s at most.",
            name=title_text(plan, PartKind.ANNOUNCEMENT, announcement.name),
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
    if plan.organisation.name:
        yield gettext("On websites we are “%(name)s”.", name=choose_text(plan.organisation.name, current_language()))


def describe_overflow(plan: Plan) -> Iterator[str]:
    """The overflow centres, and when a call goes there."""
    overflow = plan.overflow
    if not overflow.centres:
        yield gettext("No outside centre takes our calls.")
        return
    names = ", ".join(title_text(plan, PartKind.CENTRE, centre.name) for centre in overflow.centres)
    yield gettext("The centres, in order: %(names)s.", names=names)
    for rule in overflow.rules:
        yield describe_rule(rule)


def describe_callbacks(plan: Plan) -> Iterator[str]:
    """How visitors are called back, at which times, and on which websites they ask for it."""
    rules = plan.callbacks
    yield f"{translate(FIRST[rules.first])}."
    yield ngettext(
        "A visitor who does not answer is called once.",
        "A visitor who does not answer is called %(num)s times in all.",
        rules.attempts,
    )
    yield gettext(
        "Visitors choose a slot of %(minutes)s minutes, up to %(days)s days ahead.",
        minutes=rules.slot_min,
        days=rules.days_ahead,
    )
    yield gettext("Numbers of these places are called: %(places)s.", places=", ".join(_places(rules.ranges)))
    sites = ", ".join(title_text(plan, PartKind.SITE, site.name) for site in rules.sites)
    yield gettext("The button is on: %(sites)s.", sites=sites)


def _places(ranges: Iterable[str]) -> list[str]:
    return [translate(RANGES[name]) for name in ranges]


def describe_retention(rules: RetentionRules) -> Iterator[str]:
    """For how long what identifies a person is kept."""
    yield gettext("Every night what identifies a person is deleted:")
    yield gettext("in calls, %(days)s days after the call;", days=rules.reception)
    yield gettext("in voice messages, %(days)s days after they were left;", days=rules.voicemail)
    yield gettext("in callbacks, %(days)s days after they were closed;", days=rules.callback)
    yield gettext("in consents to receive news, %(days)s days after they were given;", days=rules.campaigning)
    yield gettext("in answers to satisfaction surveys, %(days)s days later.", days=rules.satisfaction)
    yield gettext("What nobody has resolved yet is kept until then.")


def describe_requests(rules: RequestRules) -> Iterator[str]:
    """What requests are about, when they are due, and what can become of them."""
    yield gettext("A request is due after %(hours)s hours of opening.", hours=rules.due_h)
    for topic in rules.topics:
        name, hours = choose_text(topic.title, current_language()), topic.due_h
        if topic.level == MEDIATION_LEVEL:
            yield gettext("“%(name)s” is for the mediator alone.", name=name)
        elif topic.level > 1:
            yield gettext("“%(name)s” goes to level %(level)s.", name=name, level=topic.level)
        else:
            yield gettext("“%(name)s” is for everybody who handles requests.", name=name)
        if hours:
            yield gettext("“%(name)s” is due after %(hours)s hours of opening.", name=name, hours=hours)
        if topic.escalate_h is not None and topic.level == 1:
            yield gettext(
                "“%(name)s” goes up to level 2, %(hours)s hours of opening after the due time.",
                name=name,
                hours=topic.escalate_h,
            )
    if rules.escalate_h is not None:
        yield gettext(
            "A request without a topic goes up to level 2, %(hours)s hours of opening after the due time.",
            hours=rules.escalate_h,
        )
    titles = ", ".join(title.in_language(current_language()) for title in rules.outcome_titles.values())
    yield gettext("What can become of a request: %(outcomes)s.", outcomes=titles)


def describe_rule(rule: OverflowRule) -> str:
    return translate(_TRIGGERS[rule.trigger], value=rule.threshold)


def describe_destinations(destinations: Iterable[Destination]) -> str:
    """Destinations in the order of preference: "l'équipe, sinon être rappelé"."""
    first, *others = (translate(DESTINATIONS[each]) for each in destinations)
    for other in others:
        first = gettext("%(first)s, otherwise %(second)s", first=first, second=other)
    return first
