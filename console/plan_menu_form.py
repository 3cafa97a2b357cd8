"""A menu as a form: its keys in rows, in the order in which they are spoken."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.plan_forms import LONGEST_NAME, Entries, FieldRefused, Fields, in_order_of
from console.plan_rows import fields_of, rows_of
from routing.destinations import Destination
from routing.plan import LANGUAGES, Plan
from routing.plan_tree import Problem, quoted
from routing.plan_writing import Written

MOST_TRIES = 5
_KINDS = ("wrong", "silence")


@dataclass(frozen=True, slots=True)
class MenuForm:
    name: str
    rows: tuple[str, ...] = ("key", "does", "fr", "en")
    template: str = "plan/menu.html"

    @property
    def place(self) -> tuple[str, ...]:
        return ("menus", self.name)

    def fields(self, was: Entries, plan: Plan) -> dict[str, str]:
        menu = plan.menus[self.name]
        rows = [
            {
                "key": choice.key,
                "does": f"to:{choice.to}" if choice.to else f"play:{choice.play}" if choice.play else "repeat:true",
                **{language: (choice.texts or {}).get(language, "") for language in LANGUAGES},
            }
            for choice in menu.choices
        ]
        wordings = {
            f"{kind}-{language}-{number}": text
            for kind, texts in (("wrong", menu.wrong), ("silence", menu.silence))
            for language in LANGUAGES
            for number, text in enumerate(texts[language], 1)
        }
        times = {"first_key_s": str(menu.first_key_s), "tries": str(menu.tries), "lost": str(menu.lost)}
        return {**times, **fields_of(rows), **wordings}

    def written(self, fields: Fields, was: Entries) -> Written:
        now: dict[str, Written] = {**was, "keys": self._keys(fields, was), "lost": fields.get("lost", "")}
        for name, usual in (("first_key_s", "6"), ("tries", "3")):
            if name in was or fields.get(name) != usual:
                now[name] = fields.get(name) or None
        for kind in _KINDS:
            now[kind] = in_order_of({language: _wordings(fields, kind, language) for language in LANGUAGES}, was[kind])
        return in_order_of(now, was)

    def field(self, problem: Problem, fields: Fields) -> str:
        below = problem.where.removeprefix(f"menus.{self.name}").removeprefix(".")
        part, _, rest = below.partition(".")
        if part == "keys":
            return self._row_field(rest, fields)
        if part in _KINDS:
            language, _, number = rest.partition("[")
            return f"{part}-{language or LANGUAGES[0]}-{number.rstrip(']') or 1}"
        return part if part in ("first_key_s", "tries", "lost") else ""

    def _keys(self, fields: Fields, was: Entries) -> Written:
        keys: dict[str, Written] = {}
        before = was["keys"] if isinstance(was["keys"], Mapping) else {}
        for number, row in enumerate(rows_of(fields, self.rows)):
            if row["key"] in keys:
                raise FieldRefused(f"key-{number}", f"{quoted(row['key'])} is given twice")
            if not (row["key"] or row["fr"] or row["en"]):
                continue  # a row that was added and left empty
            if len(row["key"]) > LONGEST_NAME:
                reason = f"{quoted(row['key'])} is not a key of a telephone; choose one of 0-9, * and #"
                raise FieldRefused(f"key-{number}", reason)
            action, _, value = row["does"].partition(":")
            texts = {language: row[language] for language in LANGUAGES if row[language]}
            keys[row["key"]] = in_order_of({action: value, **texts}, before.get(row["key"]))
        return keys

    def _row_field(self, rest: str, fields: Fields) -> str:
        """ "1.fr": of the row whose key it is."""
        for number, row in enumerate(rows_of(fields, self.rows)):
            shown = quoted(row["key"])[1:-1]
            if rest == shown:
                one_text = bool(row["fr"]) is not bool(row["en"])
                return f"{'fr' if one_text and not row['fr'] else 'en' if one_text else 'key'}-{number}"
            name = rest.removeprefix(f"{shown}.")
            if name != rest:
                return f"{name if name in LANGUAGES else 'does'}-{number}"
        return ""


def wording_count(fields: Fields) -> int:
    """How many wordings so many tries need."""
    tries = fields.get("tries", "")
    return min(max(int(tries), 2), MOST_TRIES) - 1 if tries.isdecimal() else 2


def actions(plan: Plan) -> tuple[str, ...]:
    """What a key of this plan may do, as the field `does` has it."""
    to = (f"to:{each}" for each in destinations(plan))
    return (*to, *(f"play:{slot}" for slot in plan.slots), "repeat:true")


def destinations(plan: Plan) -> tuple[Destination, ...]:
    return tuple(each for each in Destination if each is not Destination.OVERFLOW or plan.overflow.centres)


def _wordings(fields: Fields, kind: str, language: str) -> tuple[str, ...]:
    names = [f"{kind}-{language}-{number}" for number in range(1, MOST_TRIES)]
    return tuple(fields[name] for name in names[: wording_count(fields)] if fields.get(name))
