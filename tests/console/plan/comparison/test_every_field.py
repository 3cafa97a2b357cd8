"""Every field of the plan's model has its sentence in the review, in French and in English."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from rich_plan import RICH_PLAN

from console.plan.comparison.whole import PLAN, TABLES, compare_plans
from routing.hours.opening_hours import Span, SpecialDay
from routing.plan.model import Announcement, Menu, OverflowRule, OverflowTrigger, Plan
from routing.plan.parsing import parse_plan

TODAY = date(2030, 1, 1)
AS_A_WHOLE = {Plan, Span, SpecialDay}
"""Plan has its own table, and a special day is described by what callers notice of it."""
OTHER_WORDS = {"language": "en", "strategy": "random", "menu": "evening", "hours": "always", "announcement": "news"}
NOT_FOR_PEOPLE = re.compile(r"%\(|\b(main|evening|always|daily|staff|None|frozenset)\b|[A-Z]{4}|_s\b")


def dataclasses_of(kind: object, found: set[type] | None = None) -> set[type]:
    """The dataclasses that a type is made of."""
    found = set() if found is None else found
    if isinstance(kind, type) and is_dataclass(kind) and kind not in found:
        found.add(kind)
        for hint in get_type_hints(kind).values():
            dataclasses_of(hint, found)
    for part in get_args(kind):
        dataclasses_of(part, found)
    return found


def test_each_field_of_each_dataclass_of_the_model_has_a_describer() -> None:
    assert dataclasses_of(Plan) == {*TABLES, *AS_A_WHOLE}
    assert [field.name for field in fields(Plan) if field.name not in PLAN] == []
    for kind, table in TABLES.items():
        assert {field.name for field in fields(kind)} == {*table}, kind


def variants(value: Any, name: str = "") -> Iterator[Any]:
    """Other values of the same kind; for a collection, those without an entry, and with one of them changed."""
    if isinstance(value, OverflowRule):
        yield OverflowRule(OverflowTrigger.LONGEST_WAIT, 77)
        yield OverflowRule(OverflowTrigger.CLOSED)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name == "name" and isinstance(value, (Menu, Announcement)):
                continue  # the plan holds these by name
            others = variants(getattr(value, field.name), field.name)
            yield from (replace(value, **{field.name: each}) for each in others)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, Enum):
        yield from (each for each in type(value) if each is not value)
    elif isinstance(value, int):
        yield value - 1 if value > 1 else value + 1
    elif isinstance(value, Decimal):
        yield value + Decimal("0.005")
        yield None
    elif isinstance(value, date):
        yield value + timedelta(days=3)
        yield None
    elif isinstance(value, time):
        yield time(11, 30)
        yield None
    elif isinstance(value, ZoneInfo):
        yield ZoneInfo("Indian/Reunion")
    elif isinstance(value, tuple):
        yield from _sequences(value, name)
    elif isinstance(value, Mapping):
        if name == "topics":  # the same in each language
            yield from ({code: each[:-1] for code, each in value.items()}, None)
        else:
            yield from _mappings(value)
    elif isinstance(value, str) and value:
        word = f"{value[:-1]}7" if value.startswith("+") else "BE" if name == "country" else f"{value} changed"
        yield OTHER_WORDS.get(name, word) if OTHER_WORDS.get(name) != value else "main"


def _sequences(value: tuple[Any, ...], name: str) -> Iterator[Any]:
    if name != "week" and len(value) > 1:
        yield value[::-1]
        if name:  # a list of reprompts has one for each try
            yield value[:-1]
    if value and not isinstance(value[0], str):
        yield from ((each, *value[1:]) for each in variants(value[0]))


def _mappings(value: Mapping[Any, Any]) -> Iterator[Any]:
    for key, entry in value.items():
        yield from ({**value, key: each} for each in variants(entry))
    if all((isinstance(key, str) and len(key) > 2) or isinstance(key, date) for key in value) and len(value) > 1:
        yield {key: value[key] for key in [*value][:-1]}


def is_same_for_people(old: Plan, new: Plan) -> bool:
    """Whether the only difference is the name of a prompt, which nobody sees."""
    return (
        all(
            {day: (special.spans, special.texts) for day, special in hours.exceptions.items()}
            == {day: (special.spans, special.texts) for day, special in new.hours[name].exceptions.items()}
            and hours.exceptions != new.hours[name].exceptions
            for name, hours in old.hours.items()
            if name in new.hours and hours != new.hours[name]
        )
        and replace(new, hours=old.hours) == old
    )


@pytest.mark.parametrize("part", [field.name for field in fields(Plan)])
def test_whatever_changes_is_said_in_both_languages(speak: Callable[[str], None], part: str) -> None:
    plan = parse_plan(RICH_PLAN)
    changed = [replace(plan, **{part: each}) for each in variants(getattr(plan, part), part)]
    assert changed, part
    for new in changed:
        said = {}
        for language in ("fr", "en"):
            speak(language)
            if is_same_for_people(plan, new):
                continue
            found = compare_plans(plan, new, TODAY)
            said[language] = [notice.text for each in found.parts for notice in each.notices]
            assert said[language], (part, new)
            for sentence in said[language]:
                assert "no sentence here" not in sentence and "pas de phrase" not in sentence, sentence
                assert not NOT_FOR_PEOPLE.search(sentence), sentence
                assert sentence.endswith((".", "”", "»")), sentence
        assert not said or not {*said["fr"]} & {*said["en"]}, said


def test_days_that_follow_each_other_are_one_sentence(speak: Callable[[str], None]) -> None:
    speak("en")
    plan = parse_plan(RICH_PLAN)
    office = plan.hours["office"]
    days = {date(2030, 8, 5) + timedelta(days=day): SpecialDay() for day in range(12)}
    new = replace(plan, hours={**plan.hours, "office": replace(office, exceptions={**office.exceptions, **days})})
    (part,) = compare_plans(plan, new, TODAY).parts
    assert [notice.text for notice in part.notices] == [
        "From Monday 5 August 2030 to Friday 16 August 2030, we will be closed."
    ]
