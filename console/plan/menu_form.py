"""A menu as a form: its keys in rows, in spoken order."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.forms import parse_number
from console.language import translate
from console.plan.form_rows import fields_from_rows, rows_from_fields
from console.plan.forms import MAX_NAME_LENGTH, Entries, FieldError, Fields, keep_order
from console.plan.labels import ACTIONS, FIELDS, KEY_FIELDS, REPROMPTS, SPOKEN_LANGUAGES
from routing.destinations import Destination
from routing.languages import LANGUAGES
from routing.plan.editing import PlainValue
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.quoting import quote_word
from translations.message import translatable
from translations.web import gettext

MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class MenuForm:
    name: str
    row_fields: tuple[str, ...] = ("key", "does", "fr", "en")
    template: str = "plan/menu.html"

    @property
    def plan_path(self) -> tuple[str, ...]:
        return ("menus", self.name)

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        menu = plan.menus[self.name]
        rows = [
            {
                "key": choice.key,
                "does": f"to:{choice.destination}"
                if choice.destination
                else f"play:{choice.announcement}"
                if choice.announcement
                else "repeat:true",
                **{language: (choice.texts or {}).get(language, "") for language in LANGUAGES},
            }
            for choice in menu.choices
        ]
        wordings = {
            f"{kind}-{language}-{number}": text
            for kind, texts in (("wrong", menu.wrong_key_reprompts), ("silence", menu.no_input_reprompts))
            for language in LANGUAGES
            for number, text in enumerate(texts[language], 1)
        }
        times = {"first_key_s": str(menu.first_key_s), "tries": str(menu.tries), "lost": str(menu.fallback)}
        return {**times, **fields_from_rows(rows), **wordings}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        new: dict[str, PlainValue] = {**old, "keys": self._keys(fields, old), "lost": fields.get("lost", "")}
        for name, default in (("first_key_s", "6"), ("tries", "3")):
            if name in old or fields.get(name) != default:
                new[name] = fields.get(name) or None
        for kind in REPROMPTS:
            new[kind] = keep_order({language: _wordings(fields, kind, language) for language in LANGUAGES}, old[kind])
        return keep_order(new, old)

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        below = problem.path.removeprefix(f"menus.{self.name}").removeprefix(".")
        part, _, rest = below.partition(".")
        if part == "keys":
            return self._row_field(rest, fields)
        if part in REPROMPTS:
            language, _, number = rest.partition("[")
            return f"{part}-{language or LANGUAGES[0]}-{number.rstrip(']') or 1}"
        return part if part in ("first_key_s", "tries", "lost") else ""

    def field_label(self, name: str) -> str:
        part, _, rest = name.partition("-")
        if part in REPROMPTS:
            language, _, number = rest.partition("-")
            return f"{translate(REPROMPTS[part])} {wording_label(int(number), language)}"
        if part in KEY_FIELDS:
            return gettext("row %(number)s", number=int(rest) + 1) + f" – {translate(KEY_FIELDS[part])}"
        return translate(FIELDS[name])

    def _keys(self, fields: Fields, old: Entries) -> PlainValue:
        keys: dict[str, PlainValue] = {}
        before = old["keys"] if isinstance(old["keys"], Mapping) else {}
        for number, row in enumerate(rows_from_fields(fields, self.row_fields)):
            if row["key"] in keys:
                raise FieldError(f"key-{number}", translatable("%(word)s is given twice", word=quote_word(row["key"])))
            if not (row["key"] or row["fr"] or row["en"]):
                continue  # a row was added and left empty
            if len(row["key"]) > MAX_NAME_LENGTH:
                reason = translatable(
                    "%(word)s is not a key of a telephone; choose one of 0-9, * and #", word=quote_word(row["key"])
                )
                raise FieldError(f"key-{number}", reason)
            action, _, value = row["does"].partition(":")
            texts = {language: row[language] for language in LANGUAGES if row[language]}
            keys[row["key"]] = keep_order({action: value, **texts}, before.get(row["key"]))
        return keys

    def _row_field(self, rest: str, fields: Fields) -> str:
        """The field of a path such as "1.fr" below `keys`."""
        for number, row in enumerate(rows_from_fields(fields, self.row_fields)):
            written = quote_word(row["key"])[1:-1]
            if rest == written:
                one_text = bool(row["fr"]) is not bool(row["en"])
                return f"{'fr' if one_text and not row['fr'] else 'en' if one_text else 'key'}-{number}"
            name = rest.removeprefix(f"{written}.")
            if name != rest:
                return f"{name if name in LANGUAGES else 'does'}-{number}"
        return ""


def wording_label(number: int, language: str) -> str:
    """The label of one wording of a reprompt."""
    return gettext("Wording %(number)s, %(spoken)s", number=number, spoken=translate(SPOKEN_LANGUAGES[language]))


def action_label(action: str) -> str:
    """The label of an option of the field `does`, such as "to:staff", "play:daily" or "repeat:true"."""
    kind, _, target = action.partition(":")
    if kind == "play":
        return gettext("listen to %(name)s", name=gettext("today's message") if target == "daily" else target)
    return gettext("hear the menu again") if kind == "repeat" else translate(ACTIONS[Destination(target)])


def count_wordings(fields: Fields) -> int:
    """How many wordings of each reprompt this number of tries needs."""
    tries = parse_number(fields.get("tries"))
    return 2 if tries is None else min(max(tries, 2), MAX_TRIES) - 1


def list_actions(plan: Plan) -> tuple[str, ...]:
    """What a key of this plan may do, as values of the field `does`."""
    to = (f"to:{each}" for each in list_destinations(plan))
    return (*to, *(f"play:{name}" for name in plan.announcements), "repeat:true")


def list_destinations(plan: Plan) -> tuple[Destination, ...]:
    return tuple(each for each in Destination if each is not Destination.OVERFLOW or plan.overflow.centres)


def _wordings(fields: Fields, kind: str, language: str) -> tuple[str, ...]:
    names = [f"{kind}-{language}-{number}" for number in range(1, MAX_TRIES)]
    return tuple(fields[name] for name in names[: count_wordings(fields)] if fields.get(name))
