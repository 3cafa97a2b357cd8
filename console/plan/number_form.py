"""A public number as a form: how its calls arrive, how callers are greeted, the menu, the hours, and its price."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from console.plan.forms import Entries, FieldErrors, Fields, FormDefaults, keep_order, texts_not_spoken
from console.plan.labels import LOCALIZED_FIELDS, NUMBER_FIELDS
from console.plan.part_titles import list_titles
from routing.languages import LANGUAGES
from routing.numbers import format_number, parse_typed_number
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan, PriceNoticeSource
from routing.plan.part_kinds import PartKind
from routing.plan.value_text import PlainValue
from routing.quoting import list_with_and, quote_word
from translations.message import Message, translatable
from web.language import translate

NEW_NUMBER = "+33199000000"
_SEPARATOR = re.compile(r"[\n;,]+")
_TEXTS = ("greeting", "price_text")


@dataclass(frozen=True, slots=True)
class NumberForm(FormDefaults):
    """The form of a public number; `name` is the number (E.164), `country` that of numbers in national form."""

    name: str
    country: str
    languages: tuple[str, ...]
    is_new: bool = False
    row_fields: tuple[str, ...] = ()
    template: str = "plan/number.html"

    @property
    def plan_path(self) -> tuple[str, ...]:
        return ("numbers", self.name)

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        landing = old.get("landing")
        numbers = landing if isinstance(landing, tuple) and not self.is_new else ()
        numbers = () if numbers == (self.name,) else numbers  # so that it follows when the number changes
        price = PriceNoticeSource.OPERATOR if old.get("surcharged") in ("true", "yes") else "none"
        texts = {
            f"{part}.{code}": str(value.get(code) or "")
            for part in _TEXTS
            for code in self.languages
            if isinstance(value := old.get(part), Mapping)
        }
        return {
            "number": "" if self.is_new else format_number(self.name, self.country),
            "landing": "\n".join(format_number(str(each), self.country) for each in numbers),
            "price": str(old.get("price_notice") or price),
            **{name: str(old.get(name) or "") for name in ("language", "menu", "hours")},
            **texts,
        }

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        errors: dict[str, Message] = {}
        number = self._parse_number(fields.get("number", ""), errors)
        landing = self._parse_landing(fields.get("landing", ""), errors)
        new: dict[str, PlainValue] = {**old, "landing": landing or (number,)}
        new |= {name: fields.get(name) or None for name in ("menu", "hours")}
        if len(self.languages) > 1 or "language" in old:
            new["language"] = fields.get("language") or self.languages[0]
        new["greeting"] = self._texts("greeting", fields, old)
        price = fields.get("price", "none")
        for name in ("surcharged", "price_notice", "price_text"):
            new.pop(name, None)
        if price != "none":
            new["surcharged"] = "true"
        if price == PriceNoticeSource.APPLICATION:
            new |= {"price_notice": price, "price_text": self._texts("price_text", fields, old)}
        elif price != "none" and "price_notice" in old:
            new["price_notice"] = price
        if errors:
            raise FieldErrors(errors, keep_order(new, old))
        return keep_order(new, old)

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        below = problem.path.removeprefix(f"numbers.{self.name}").removeprefix(".")
        if below.startswith("landing"):
            return "landing"
        if below in ("language", "menu", "hours", *(f"{part}.{code}" for part in _TEXTS for code in LANGUAGES)):
            return below
        if below in _TEXTS:
            return f"{below}.{self.languages[0]}"
        return "number" if not below else "price" if below in ("surcharged", "price_notice") else ""

    def field_label(self, name: str) -> str:
        part, _, code = name.partition(".")
        return translate(LOCALIZED_FIELDS[part][code] if code else NUMBER_FIELDS[name])

    @property
    def is_heard(self) -> bool:
        return True

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        return {"menus": list_titles(plan, PartKind.MENU), "calendars": list_titles(plan, PartKind.CALENDAR)}

    def chosen_name(self, fields: Fields) -> str:
        return parse_typed_number(fields.get("number", ""), self.country) or self.name

    def _parse_number(self, typed: str, errors: dict[str, Message]) -> str:
        """The number; the one that the form has for a wrong one, which is added to `errors`."""
        number = parse_typed_number(typed, self.country)
        if number is None:
            missing = translatable("is missing; write it as on a poster, such as 01 99 00 00 00")
            errors["number"] = _no_number(typed) if typed.strip() else missing
        return number or self.name

    def _parse_landing(self, typed: str, errors: dict[str, Message]) -> tuple[str, ...]:
        """The numbers; the wrong ones are left out, and are added to `errors`."""
        parsed = {each: parse_typed_number(each, self.country) for each in _split(typed)}
        wrong = [each for each, number in parsed.items() if number is None]
        if len(wrong) > 1:
            errors["landing"] = translatable(
                "%(words)s are not telephone numbers; write them as on a poster, such as 01 99 00 00 00",
                words=list_with_and([quote_word(each) for each in wrong]),
            )
        elif wrong:
            errors["landing"] = _no_number(wrong[0])
        return tuple(number for number in parsed.values() if number is not None)

    def _texts(self, part: str, fields: Fields, old: Entries) -> PlainValue:
        texts: dict[str, PlainValue] = {code: fields.get(f"{part}.{code}") or None for code in self.languages}
        return keep_order({**texts_not_spoken(old.get(part), self.languages), **texts}, old.get(part))


def new_number_entries(plan: Plan) -> dict[str, PlainValue]:
    """What a new number is at first: like the plan's first one."""
    first = plan.numbers[0]
    language = {"language": first.language} if len(plan.languages) > 1 else {}
    return {
        "landing": (unused_number(plan),),
        **language,
        "greeting": {code: first.greeting[code] for code in plan.languages},
        "menu": first.menu,
        "hours": first.hours,
    }


def unused_number(plan: Plan) -> str:
    """A number that stands for a new one until it is typed."""
    candidates = (f"+331990{number:05}" for number in range(100_000))
    return next(each for each in candidates if each not in plan.own_numbers)


def _no_number(typed: str) -> Message:
    return translatable(
        "%(word)s is not a telephone number; write it as on a poster, such as 01 99 00 00 00", word=quote_word(typed)
    )


def _split(typed: str) -> Iterator[str]:
    return (each.strip() for each in _SEPARATOR.split(typed) if each.strip())
