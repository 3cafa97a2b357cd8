"""The fields of a settings form: each reads its value from the entries of a plan, and writes it back.

A value that the plan does not hold shows its default, and is written once it differs from that. Errors of the plan's
validator belong to the field whose path they have.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from console.plan.forms import Entries, FieldError, Fields, keep_order
from console.plan.settings.entries import get_entry, remove_entry, set_entry
from routing import numbers
from routing.languages import LANGUAGE_NAMES
from routing.plan.bounds import Bounds
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.value_text import PlainValue
from routing.quoting import quote_word
from translations.message import Message, translatable
from web.language import translate

Note = Callable[[Plan], Message | None]
"""What to say about a field under a plan, such as why it does not apply at the moment."""


class SettingField(Protocol):
    """One setting: `path` is its place in the plan, `kind` the name of its macro in plan/setting_fields.html."""

    @property
    def path(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> Message: ...

    @property
    def note(self) -> Note | None: ...

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        """The values of its fields in HTML, by name."""
        ...

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        """`old` with the value of these fields. Raises FieldErrors."""
        ...

    def find_field(self, problem: PlanProblem) -> str:
        """The name of the field in HTML in which the problem lies; "" when it lies elsewhere."""
        ...

    def field_label(self, name: str) -> str | None:
        """The label of one of its fields in HTML; None for a field of another setting."""
        ...


@dataclass(frozen=True, slots=True)
class _OneField:
    """A setting with one field in HTML, which has the name of its path."""

    path: str
    label: Message
    hint: Message | None = None
    note: Note | None = None

    def find_field(self, problem: PlanProblem) -> str:
        return (
            self.path
            if problem.path == self.path or problem.path.startswith((f"{self.path}.", f"{self.path}["))
            else ""
        )

    def field_label(self, name: str) -> str | None:
        return translate(self.label) if name == self.path else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField(_OneField):
    """A whole number. Without a `default` it is one that every plan holds, unless it `may_be_empty`."""

    bounds: Bounds
    default: int | None = None
    may_be_empty: bool = False
    kind: str = "number"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        value = get_entry(old, self.path)
        return {self.path: value if isinstance(value, str) else self._shown_default}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        if self.path not in fields:
            return old
        typed = plain_number(fields[self.path]) or self._shown_default
        has_default = self.default is not None or self.may_be_empty
        if get_entry(old, self.path) is None and typed == self._shown_default and has_default:
            return old
        if self.may_be_empty and not typed:
            return remove_entry(old, self.path)
        return set_entry(old, self.path, typed or None)

    @property
    def _shown_default(self) -> str:
        return "" if self.default is None else str(self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField(_OneField):
    """One of several words; `options` has their labels."""

    options: Mapping[str, Message]
    default: str | None = None
    kind: str = "choice"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        value = get_entry(old, self.path)
        return {self.path: value if isinstance(value, str) else self.default or ""}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        if self.path not in fields:
            return old
        chosen = fields[self.path]
        if get_entry(old, self.path) is None and self.default is not None and chosen in ("", self.default):
            return old
        return set_entry(old, self.path, chosen or self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineField(_OneField):
    """An optional line of text; the plan does not hold an empty one. `input_type` is that of HTML."""

    input_type: str = "text"
    kind: str = "text_line"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        value = get_entry(old, self.path)
        return {self.path: value if isinstance(value, str) else ""}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        typed = fields.get(self.path, self.to_fields(old, plan)[self.path]).strip()
        return set_entry(old, self.path, typed) if typed else remove_entry(old, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneField(_OneField):
    """An optional telephone number, in whatever way it is usually written; the plan holds E.164."""

    kind: str = "telephone"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        value = get_entry(old, self.path)
        return {self.path: numbers.format_number(value, plan.country) if isinstance(value, str) else ""}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        typed = fields.get(self.path, self.to_fields(old, plan)[self.path]).strip()
        if not typed:
            return remove_entry(old, self.path)
        if typed == self.to_fields(old, plan)[self.path]:
            return old
        return set_entry(old, self.path, parse_number_field(self.path, typed, plan.country))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenField:
    """An optional text in each language of the organisation: all of them, or none."""

    path: str
    label: Message
    hint: Message | None = None
    note: Note | None = None
    kind: str = "spoken"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        texts = get_entry(old, self.path)
        entries = texts if isinstance(texts, Mapping) else {}
        return {f"{self.path}.{code}": _text(entries.get(code)) for code in plan.languages}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        shown = self.to_fields(old, plan)
        typed = {code: fields.get(name, shown[name]).strip() for code, name in zip(plan.languages, shown, strict=True)}
        if not any(typed.values()):
            return remove_entry(old, self.path)
        before = get_entry(old, self.path)
        kept = (
            {name: value for name, value in before.items() if name not in typed} if isinstance(before, Mapping) else {}
        )
        return set_entry(old, self.path, keep_order({**typed, **kept}, before))

    def find_field(self, problem: PlanProblem) -> str:
        return problem.path if problem.path.startswith(f"{self.path}.") else ""

    def field_label(self, name: str) -> str | None:
        above, _, code = name.rpartition(".")
        if above != self.path:
            return None
        return f"{translate(self.label)} ({translate(LANGUAGE_NAMES[code])})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberListField(_OneField):
    """Whole numbers on one line, with commas or spaces between them."""

    bounds: Bounds
    default: tuple[int, ...]
    kind: str = "number_list"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        value = get_entry(old, self.path)
        return {self.path: ", ".join(map(str, value if isinstance(value, (tuple, list)) else self.default))}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        if self.path not in fields:
            return old
        words = tuple(word for word in re.split(r"[\s,;]+", fields[self.path]) if word)
        words = words or tuple(map(str, self.default))
        if get_entry(old, self.path) is None and words == tuple(map(str, self.default)):
            return old
        return set_entry(old, self.path, words)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksField(_OneField):
    """Some of several words, at least one, each with a box; `options` has their labels. The boxes are "path.word"."""

    options: Mapping[str, Message]
    default: tuple[str, ...]
    missing: Message
    kind: str = "checks"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        value = get_entry(old, self.path)
        chosen = value if isinstance(value, (tuple, list)) else self.default
        return {f"{self.path}.{word}": "yes" for word in self.options if word in chosen}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        chosen = tuple(word for word in self.options if fields.get(f"{self.path}.{word}"))
        if not chosen:
            raise FieldError(self.path, self.missing)
        before = get_entry(old, self.path)
        written = before if isinstance(before, (tuple, list)) else self.default
        if set(chosen) == set(written):
            return old
        return set_entry(old, self.path, chosen)


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields under one heading; `effect` says what callers, staff or visitors will notice."""

    title: Message
    fields: Sequence[SettingField]
    effect: Message | None = None
    note: Note | None = None


def plain_number(typed: str) -> str:
    """A whole number as it was typed, without the spaces between its digits ("3 000"); other texts as they are."""
    digits = "".join(unicodedata.normalize("NFKC", typed).split())
    return digits if digits.isascii() and digits.isdigit() else typed.strip()


def parse_number_field(name: str, typed: str, country: str) -> str:
    """The E.164 form of a number in the field `name`. Raises FieldError."""
    e164 = numbers.parse_typed_number(typed, country)
    if e164 is None:
        reason = translatable(
            "%(word)s is not a telephone number; write it as you would dial it, such as 01 99 00 00 09",
            word=quote_word(typed),
        )
        raise FieldError(name, reason)
    return e164


def _text(value: PlainValue) -> str:
    return value if isinstance(value, str) else ""
