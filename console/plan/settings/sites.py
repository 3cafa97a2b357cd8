"""Websites with the callback button as forms: number, addresses of their pages, topics; and the code to paste."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from console.plan.form_rows import fields_from_rows, rows_from_fields
from console.plan.forms import Entries, FieldErrors, Fields, FormDefaults, keep_order
from routing import numbers
from routing.callbacks.rules import CallbackSite
from routing.languages import LANGUAGE_NAMES
from routing.plan.callbacks import DEFAULT_SITE, MAX_TOPICS, presentable_public_numbers
from routing.plan.editing import plain_value
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.parsing import parse_tree
from routing.plan.part_kinds import PartKind
from routing.plan.parts import add_part, list_parts
from routing.plan.value_text import PlainValue
from translations.catalogues import catalogue
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

_TOPIC = "topic"
_BELOW = re.compile(r"(?P<field>\w+)(?:\.(?P<language>\w+))?(?:\[(?P<place>[0-9]+)\])?", re.ASCII)


def written_sites(text: str, plan: Plan) -> str:
    """The text with the website that a plan has by default written into it, if it names none.

    Otherwise the first one that is added would take the place of that one, and its button would stop.
    """
    if list_parts(plain_value(parse_tree(text)), PartKind.SITE) or not plan.callbacks.sites:
        return text
    return add_part(text, PartKind.SITE, DEFAULT_SITE, {"number": plan.callbacks.sites[0].number})


def new_site(plan: Plan) -> Mapping[str, PlainValue]:
    """What a new website holds first."""
    return {"number": next(iter(presentable_public_numbers(plan.numbers)), "")}


@dataclass(frozen=True, slots=True)
class SiteForm(FormDefaults):
    """One website. Its topics come in rows, a field for each language of the organisation."""

    name: str
    plan: Plan
    plan_path: tuple[str, ...] = ()
    template: str = "plan/site.html"

    @property
    def row_fields(self) -> tuple[str, ...]:
        return tuple(f"{_TOPIC}_{code}" for code in self.plan.languages)

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        origins, topics = old.get("origins"), old.get("topics")
        by_language = topics if isinstance(topics, Mapping) else {}
        columns = [_texts(by_language.get(code)) for code in plan.languages]
        rows = [
            {
                name: column[place] if place < len(column) else ""
                for name, column in zip(self.row_fields, columns, strict=True)
            }
            for place in range(max(map(len, columns), default=0))
        ]
        return {"number": str(old.get("number") or ""), "origins": "\n".join(_texts(origins)), **fields_from_rows(rows)}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        new: dict[str, PlainValue] = {**old, "number": fields.get("number", "")}
        new["origins"] = tuple(_origin(line) for line in fields.get("origins", "").split() if line) or None
        rows = self._filled_rows(fields)
        new["topics"] = self._topics(rows[:MAX_TOPICS], old.get("topics"))
        entries = keep_order({name: value for name, value in new.items() if value is not None}, old)
        if errors := self._find_mistakes(rows):
            raise FieldErrors(errors, entries)
        return entries

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        below = problem.path.removeprefix(f"{PartKind.SITE}.{self.name}").removeprefix(".")
        found = _BELOW.match(below)
        if found is None:
            return ""
        if found["field"] == "topics":
            return self._topic_field(found["language"] or "", int(found["place"] or 1) - 1, fields)
        return found["field"] if found["field"] in ("number", "origins") else ""

    def field_label(self, name: str) -> str:
        if name.startswith(_TOPIC):
            column, _, row = name.partition("-")
            language = translate(LANGUAGE_NAMES[column.removeprefix(f"{_TOPIC}_")])
            return gettext("topic %(number)s, %(spoken)s", number=int(row or 0) + 1, spoken=language)
        return gettext("Number that calls the visitors") if name == "number" else gettext("Addresses of the website")

    @property
    def is_heard(self) -> bool:
        return True

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        options = {e164: numbers.format_number(e164, plan.country) for e164 in presentable_public_numbers(plan.numbers)}
        return {"number_choices": options.items(), "max_topics": MAX_TOPICS}

    def _find_mistakes(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> dict[str, Message]:
        errors = {
            f"{name}-{number}": translatable("give the topic in each language, or in none")
            for number, row in rows
            for name, text in row.items()
            if not text
        }
        if len(rows) > MAX_TOPICS:
            reason = translatable("a website has %(count)s topics at most", count=MAX_TOPICS)
            errors.setdefault(f"{self.row_fields[0]}-{rows[MAX_TOPICS][0]}", reason)
        return errors

    def _topics(self, rows: Sequence[tuple[int, Mapping[str, str]]], before: PlainValue) -> PlainValue:
        """The topics of these rows; one that is missing in a language is there that of another."""
        if not rows:
            return None
        kept = dict(before) if isinstance(before, Mapping) else {}
        spoken = {
            code: tuple(row[name] or next(filter(None, row.values())) for _, row in rows)
            for code, name in zip(self.plan.languages, self.row_fields, strict=True)
        }
        others = {code: texts for code, texts in kept.items() if len(_texts(texts)) == len(rows)}
        return keep_order({**others, **spoken}, before)

    def _filled_rows(self, fields: Fields) -> list[tuple[int, dict[str, str]]]:
        rows = enumerate(rows_from_fields(fields, self.row_fields))
        stripped = ((number, {name: text.strip() for name, text in row.items()}) for number, row in rows)
        return [(number, row) for number, row in stripped if any(row.values())]

    def _topic_field(self, language: str, place: int, fields: Fields) -> str:
        rows = self._filled_rows(fields)
        number = rows[place][0] if place < len(rows) else 0
        column = f"{_TOPIC}_{language}"
        return f"{column if column in self.row_fields else self.row_fields[0]}-{number}"


def button_code(site: CallbackSite, public_url: str, language: str) -> str:
    """The two lines for a page of the website, in a language; the link serves visitors without JavaScript."""
    words = catalogue(language).gettext("Call me back")
    link = f"{public_url}/callback?site={site.name}&language={language}"
    script = f'<script src="{escape(public_url)}/button.js" async></script>'
    element = (
        f'<standardiste-callback site="{site.name}" lang="{language}"><a href="{escape(link)}">{escape(words)}</a>'
        "</standardiste-callback>"
    )
    return f"{script}\n{element}"


def _origin(typed: str) -> str:
    """The origin of an address that people copied from their browser: without a path, in small letters."""
    found = re.fullmatch(r"(https?://[^/?#\s]+)(?:[/?#]\S*)?", typed, re.IGNORECASE)
    return found[1].lower() if found else f"https://{typed.lower().rstrip('/')}" if _is_bare_host(typed) else typed


def _is_bare_host(typed: str) -> bool:
    return re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+/?", typed, re.IGNORECASE | re.ASCII) is not None


def _texts(value: PlainValue) -> tuple[str, ...]:
    items = value if isinstance(value, (tuple, list)) else ()
    return tuple(item for item in items if isinstance(item, str))
