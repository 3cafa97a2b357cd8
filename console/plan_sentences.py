"""A plan as sentences, in the reader's language."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby

from console.words import word
from routing.approval import Approval
from routing.hours import DAY_END, Hours, Span, SpecialDay
from routing.hours_text import DAYS
from routing.numbers import displayed
from routing.plan import Choice, Menu, OverflowPlan, Plan, Rule
from routing.spoken_times import english_date, english_time, english_weekday, french_date, french_weekday

ALL_DAY = (Span(0, DAY_END),)


def clock(minute: int, language: str) -> str:
    """A minute of the day as it is written: "9 h 30", "9:30 a.m."."""
    if language == "en":
        return english_time(minute % DAY_END)
    hour, rest = divmod(minute, 60)
    return f"{hour}\N{NO-BREAK SPACE}h" + (f"\N{NO-BREAK SPACE}{rest:02}" if rest else "")


def spans_text(spans: tuple[Span, ...], language: str) -> str:
    """ "de 9 h à 12 h 30 et de 13 h 30 à 18 h", "closed"."""
    if not spans:
        return word("plan-closed", language)
    if spans == ALL_DAY:
        return word("plan-all-day", language)
    told = [
        word("plan-span", language, opens=_time(s.opens, language), closes=_time(s.closes, language)) for s in spans
    ]
    return word("plan-and", language).join(told)


def week_sentences(hours: Hours, language: str) -> Iterator[str]:
    """A sentence for each row of days that are alike."""
    rows = [[*group] for _, group in groupby(range(len(DAYS)), key=lambda day: hours.week[day])]
    for days in rows:
        said = spans_text(hours.week[days[0]], language)
        if len(days) == len(DAYS):
            yield word("plan-every-day", language, hours=said)
        else:
            yield word(f"plan-days-{min(len(days), 3)}", language, hours=said, **_ends(days, language))


def special_sentences(hours: Hours, since: date, language: str) -> Iterator[tuple[str, Mapping[str, str] | None]]:
    """The days that differ, from `since` on, each row of alike ones once; and the words of their own."""
    for first, last, special in _special_rows(hours):
        if last >= since:
            said = spans_text(special.spans, language)
            if first == last:
                yield word("plan-day", language, day=day_text(first, language), hours=said), special.texts
            else:
                ends = {"first": day_text(first, language), "last": day_text(last, language)}
                yield word("plan-day-range", language, hours=said, **ends), special.texts


def day_text(day: date, language: str) -> str:
    """ "mardi 24 décembre 2030"."""
    said = french_date(day).removeprefix("le ") if language == "fr" else english_date(day).removeprefix("on ")
    return f"{said} {day.year}"


def choice_text(choice: Choice, language: str) -> str:
    """What a key does."""
    if choice.play:
        return word("plan-plays", language, slot=slot_text(choice.play, language))
    return word(f"plan-does-{choice.to}" if choice.to else "plan-repeats", language)


def slot_text(slot: str, language: str) -> str:
    return word("plan-slot-daily", language) if slot == "daily" else f"« {slot} »"


def key_text(key: str, language: str) -> str:
    """ "0", "étoile (*)"."""
    return word({"*": "plan-star", "#": "plan-hash"}[key], language) if key in "*#" else key


def menu_end(menu: Menu, language: str) -> str:
    """What follows when no key that means anything is pressed."""
    lost = word(f"plan-to-{menu.lost}", language)
    return word("plan-menu-end", language, seconds=menu.first_key_s, tries=menu.tries, lost=lost)


def wait_sentences(plan: Plan, language: str) -> Iterator[str]:
    staff, waiting = plan.staff, plan.waiting
    yield word(f"plan-strategy-{'all' if staff.strategy == 'ringall' else 'turns'}", language, seconds=staff.ring_s)
    yield word("plan-max-wait", language, seconds=staff.max_wait_s)
    yield word("plan-wrapup", language, seconds=staff.wrapup_s)
    if staff.misses:
        yield word("plan-misses", language, calls=staff.misses)
    yield word("plan-offers", language, offer=waiting.offer_every_s, place=waiting.announce_every_s)


def slot_sentences(plan: Plan, language: str) -> Iterator[str]:
    """What a message may be, and who we are beside the telephone."""
    for slot in plan.slots.values():
        name = slot_text(slot.name, language)
        yield word("plan-slot", language, slot=name[0].upper() + name[1:], seconds=slot.max_seconds)
        yield word(f"plan-none-{slot.when_none}", language)
        if slot.approval is Approval.SECOND:
            yield word("plan-approval", language)
        if slot.renew_by:
            yield word("plan-renew", language, time=clock(slot.renew_by.hour * 60 + slot.renew_by.minute, language))
    if plan.staff_line:
        yield word("plan-staff-line", language, number=displayed(plan.staff_line, plan.country))
    if plan.organisation:
        yield word("plan-organisation", language, name=plan.organisation[language])


def overflow_sentences(overflow: OverflowPlan, language: str) -> Iterator[str]:
    if not overflow.centres:
        yield word("plan-no-centre", language)
        return
    yield word("plan-centres", language, names=", ".join(centre.name for centre in overflow.centres))
    for rule in overflow.rules:
        yield rule_text(rule, language)


def rule_text(rule: Rule, language: str) -> str:
    return word(f"plan-when-{rule.when}", language, value=rule.value)


def _time(minute: int, language: str) -> str:
    return word("plan-midnight", language) if minute == DAY_END else clock(minute, language)


def _ends(days: list[int], language: str) -> dict[str, str]:
    names = [french_weekday(day) if language == "fr" else english_weekday(day).removeprefix("on ") for day in days]
    return {"first": names[0], "last": names[-1]}


def _special_rows(hours: Hours) -> Iterator[tuple[date, date, SpecialDay]]:
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
