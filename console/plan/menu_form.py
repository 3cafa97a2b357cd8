"""A menu as a form: its keys in rows, in spoken order."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from console.forms import parse_number
from console.plan.form_rows import Row, fields_from_rows, rows_from_fields
from console.plan.forms import Entries, FieldErrors, Fields, FormDefaults, keep_order, texts_not_spoken
from console.plan.labels import ACTIONS, DESTINATIONS, FIELDS, KEY_FIELDS, REPROMPTS, SPOKEN_LANGUAGES
from console.plan.menu_templates import list_templates
from console.plan.part_titles import title_text
from routing.destinations import Destination
from routing.languages import LANGUAGES
from routing.menus import list_submenus
from routing.plan.errors import PlanProblem
from routing.plan.model import BACK_KEY, DTMF_KEYS, MenuChoice, Plan
from routing.plan.part_kinds import PartKind
from routing.plan.value_text import PlainValue
from routing.quoting import quote_word
from routing.sentences import sentence_ending
from routing.typed_endings import find_typed_ending
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class MenuForm(FormDefaults):
    name: str
    languages: tuple[str, ...] = LANGUAGES
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
                "does": _action(choice),
                **{language: (choice.texts or {}).get(language, "") for language in self.languages},
            }
            for choice in menu.choices
        ]
        wordings = {
            f"{kind}-{language}-{number}": text
            for kind, texts in (("wrong", menu.wrong_key_reprompts), ("silence", menu.no_input_reprompts))
            for language in self.languages
            for number, text in enumerate(texts[language], 1)
        }
        times = {"first_key_s": str(menu.first_key_s), "tries": str(menu.tries), "lost": str(menu.fallback)}
        return {**times, **fields_from_rows(rows), **wordings}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        new: dict[str, PlainValue] = {**old, "keys": self._keys(fields, old), "lost": fields.get("lost", "")}
        errors = self._find_mistakes(fields)
        for name, default in (("first_key_s", "6"), ("tries", "3")):
            if name in old or fields.get(name) != default:
                new[name] = fields.get(name) or None
        for kind in REPROMPTS:
            wordings: dict[str, PlainValue] = {code: _wordings(fields, kind, code) for code in self.languages}
            new[kind] = keep_order({**texts_not_spoken(old[kind], self.languages), **wordings}, old[kind])
        if errors:
            raise FieldErrors(errors, keep_order(new, old))
        return keep_order(new, old)

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        below = problem.path.removeprefix(f"menus.{self.name}").removeprefix(".")
        part, _, rest = below.partition(".")
        if part == "keys":
            return self._row_field(rest, fields)
        if part in REPROMPTS:
            language, _, number = rest.partition("[")
            return f"{part}-{language or self.languages[0]}-{number.rstrip(']') or 1}"
        return part if part in ("first_key_s", "tries", "lost") else ""

    def field_label(self, name: str) -> str:
        part, _, rest = name.partition("-")
        if part in REPROMPTS:
            language, _, number = rest.partition("-")
            return f"{translate(REPROMPTS[part])} {wording_label(int(number), language)}"
        if part in KEY_FIELDS:
            return gettext("row %(number)s", number=int(rest) + 1) + f" – {translate(KEY_FIELDS[part])}"
        return translate(FIELDS[name])

    @property
    def is_heard(self) -> bool:
        return True

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        to = {each: DESTINATIONS[each] for each in list_destinations(plan) if each is not Destination.GOODBYE}
        return {
            "actions": {action: action_label(plan, action) for action in list_actions(plan, self.name)},
            "fallbacks": to,
            "wording_label": wording_label,
            "wordings": count_wordings(fields),
            "endings": self._endings(fields),
            "templates": list_templates(plan, self.name),
            "has_way_back": self.name in list_submenus(plan) and not _gives_star(fields),
        }

    def _keys(self, fields: Fields, old: Entries) -> PlainValue:
        keys: dict[str, PlainValue] = {}
        before = old["keys"] if isinstance(old["keys"], Mapping) else {}
        for key, _, row in self._keyed_rows(fields):
            action, _, value = row["does"].partition(":")
            texts: dict[str, PlainValue] = {code: row[code] for code in self.languages if row[code]}
            texts = {**texts_not_spoken(before.get(key), self.languages), **texts} if texts else {}
            keys[key] = keep_order({action: value, **texts}, before.get(key))
        return keys

    def _keyed_rows(self, fields: Fields) -> Iterator[tuple[str, int, Row]]:
        """The key of each row in the plan, with its number in the form.

        A row whose key is wrong or used by a row above has one that is free, so that its other mistakes are found.
        """
        rows = self._filled_rows(fields)
        free = [key for key in DTMF_KEYS if key != BACK_KEY and key not in {row["key"] for _, row in rows}]
        used: set[str] = set()
        for number, row in rows:
            key = row["key"]
            if key in used or not _is_key(key):
                if not free:
                    continue
                key = free.pop(0)
            used.add(key)
            yield key, number, row

    def _filled_rows(self, fields: Fields) -> list[tuple[int, Row]]:
        """The rows with their numbers, without those that were added and left empty."""
        rows = enumerate(rows_from_fields(fields, self.row_fields))
        filled = [(number, row) for number, row in rows if row["key"] or row["fr"] or row["en"]]
        return [(number, {**row, "key": row["key"].strip()}) for number, row in filled]

    def _find_mistakes(self, fields: Fields) -> dict[str, Message]:
        errors: dict[str, Message] = {}
        above: set[str] = set()
        for number, row in self._filled_rows(fields):
            errors |= {f"{name}-{number}": reason for name, reason in self._row_errors(row, above)}
            above.add(row["key"])
        return errors

    def _row_errors(self, row: Mapping[str, str], before: Collection[str]) -> Iterator[tuple[str, Message]]:
        """What is wrong in a row, by the name of the field; `before` are the keys of the rows above."""
        if row["key"] in before:
            yield "key", translatable("Key %(key)s is already used", key=row["key"])
        elif not _is_key(row["key"]):
            word = quote_word(row["key"])
            yield "key", translatable("%(word)s is not a key of a telephone; choose one of 0-9, * and #", word=word)
        for code in self.languages:
            if ending := find_typed_ending(row[code]):
                yield (
                    code,
                    translatable(
                        "“%(words)s” is added by itself, with the key of this row; take it out of the text",
                        words=ending,
                    ),
                )

    def _endings(self, fields: Fields) -> list[dict[str, str]]:
        """What is said after the text of each row, by language."""
        rows = rows_from_fields(fields, self.row_fields)
        return [
            {code: "…" + sentence_ending([row["key"].strip() or "…"], code) for code in self.languages} for row in rows
        ]

    def _row_field(self, rest: str, fields: Fields) -> str:
        """The field of a path such as "1.fr" below `keys`."""
        key, _, name = rest.partition(".")
        for written, number, _ in self._keyed_rows(fields):
            if key == written:
                return f"{name if name in LANGUAGES else 'does' if name else 'key'}-{number}"
        return ""


def _is_key(typed: str) -> bool:
    return len(typed) == 1 and typed in DTMF_KEYS


def _action(choice: MenuChoice) -> str:
    """What a key does, as a value of the field `does`."""
    if choice.destination:
        return f"to:{choice.destination}"
    if choice.announcement:
        return f"play:{choice.announcement}"
    if choice.menu:
        return f"menu:{choice.menu}"
    return "back:true" if choice.back else "repeat:true"


def _gives_star(fields: Fields) -> bool:
    """Whether a row has the key that leads back by itself, or gives another one for that."""
    rows = rows_from_fields(fields, ("key", "does"))
    return any(row["key"].strip() == BACK_KEY or row["does"] == "back:true" for row in rows)


def wording_label(number: int, language: str) -> str:
    """The label of one wording of a reprompt."""
    return gettext("Wording %(number)s, %(spoken)s", number=number, spoken=translate(SPOKEN_LANGUAGES[language]))


def action_label(plan: Plan, action: str) -> str:
    """The label of an option of the field `does`, such as "to:staff", "play:daily" or "repeat:true"."""
    kind, _, target = action.partition(":")
    if kind == "play":
        return gettext("listen to “%(name)s”", name=title_text(plan, PartKind.ANNOUNCEMENT, target))
    if kind == "menu":
        return gettext("open the menu “%(name)s”", name=title_text(plan, PartKind.MENU, target))
    if kind == "back":
        return gettext("go back to the previous menu")
    return gettext("hear the menu again") if kind == "repeat" else translate(ACTIONS[Destination(target)])


def count_wordings(fields: Fields) -> int:
    """How many wordings of each reprompt this number of tries needs."""
    tries = parse_number(fields.get("tries"))
    return 2 if tries is None else min(max(tries, 2), MAX_TRIES) - 1


def list_actions(plan: Plan, menu: str) -> tuple[str, ...]:
    """What a key of this menu may do, as values of the field `does`."""
    to = (f"to:{each}" for each in list_destinations(plan))
    below = (f"menu:{name}" for name in plan.menus if name != menu)
    return (*to, *(f"play:{name}" for name in plan.announcements), *below, "back:true", "repeat:true")


def list_destinations(plan: Plan) -> tuple[Destination, ...]:
    return tuple(each for each in Destination if each is not Destination.OVERFLOW or plan.overflow.centres)


def _wordings(fields: Fields, kind: str, language: str) -> tuple[str, ...]:
    names = [f"{kind}-{language}-{number}" for number in range(1, MAX_TRIES)]
    return tuple(fields[name] for name in names[: count_wordings(fields)] if fields.get(name))
