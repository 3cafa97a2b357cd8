"""The languages in which callers are served, as a form; for a new one it asks for every text that is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from console.plan.forms import Entries, FieldErrors, Fields, FormDefaults
from console.plan.labels import LOCALIZED_FIELDS, REPROMPTS, SPOKEN_LANGUAGES
from console.plan.part_titles import describe_place, title_text
from routing.languages import LANGUAGES
from routing.plan.errors import PlanProblem
from routing.plan.localized_texts import LocalizedPlace, Path, list_missing, with_text
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.plan.value_text import PlainValue
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate


@dataclass(frozen=True, slots=True)
class MissingText:
    """A field for words in a new language: where they are used, and what is said there in another language."""

    field: str
    language: str
    label: str
    known: tuple[tuple[str, str], ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class LanguagesForm(FormDefaults):
    """The form; `entries` are those of the plan."""

    plan: Plan
    entries: Entries
    plan_path: tuple[str, ...] = ()
    row_fields: tuple[str, ...] = ()
    template: str = "plan/languages.html"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        return {f"language-{code}": "yes" for code in plan.languages}

    def to_plan(self, fields: Fields, old: Entries) -> PlainValue:
        spoken = _chosen(fields)
        if not spoken:
            raise FieldErrors({"language-fr": translatable("choose at least one language")})
        errors = self._find_mistakes(fields, spoken)
        greeted = {number.language for number in self.plan.numbers}
        spoken = tuple(code for code in LANGUAGES if code in (*spoken, *greeted))
        new: PlainValue = old
        for code in spoken:
            for place in list_missing(old, code):
                if words := _typed_words(fields, code, place):
                    new = with_text(new, place.path, code, words)
        entries = dict(new) if isinstance(new, Mapping) else {}
        if "languages" in old or spoken != LANGUAGES:
            entries = {"languages": _in_order(old, spoken), **{n: v for n, v in entries.items() if n != "languages"}}
        if errors:
            raise FieldErrors(errors, entries)
        return entries

    def find_field(self, problem: PlanProblem, fields: Fields) -> str:
        for each in self.list_fields(_chosen(fields)):
            _, code, path = each.field.split(".", 2)
            if problem.path == f"{path}.{code}" or problem.path.startswith(f"{path}.{code}["):
                return each.field
        return "language-fr" if problem.path == "languages" else ""

    def field_label(self, name: str) -> str:
        if name.startswith("language-"):
            return gettext("Languages")
        return next((each.label for each in self.list_fields(LANGUAGES) if each.field == name), name)

    @property
    def is_heard(self) -> bool:
        return True

    def page_context(self, plan: Plan, fields: Fields) -> Mapping[str, object]:
        chosen = _chosen(fields)
        asked = tuple(self.list_fields(chosen)) if any(code not in plan.languages for code in chosen) else ()
        return {"missing": asked, "spoken_languages": {code: translate(SPOKEN_LANGUAGES[code]) for code in LANGUAGES}}

    def list_fields(self, languages: tuple[str, ...]) -> Iterator[MissingText]:
        """A field for each text that is missing in one of these languages."""
        for code in languages:
            for place in list_missing(self.entries, code):
                known = tuple((other, _as_text(words)) for other, words in place.texts.items() if words)
                is_list = any(isinstance(words, tuple) for words in place.texts.values())
                yield MissingText(_field(code, place.path), code, self._label(place.path), known, is_list)

    def _find_mistakes(self, fields: Fields, spoken: tuple[str, ...]) -> dict[str, Message]:
        errors: dict[str, Message] = {}
        for number in self.plan.numbers:
            if number.language not in spoken:
                reason = translatable(
                    "%(number)s greets callers in %(language)s; change that number first",
                    number=title_text(self.plan, PartKind.NUMBER, number.e164),
                    language=SPOKEN_LANGUAGES[number.language],
                )
                errors.setdefault(f"language-{number.language}", reason)
        asked = [each.field for each in self.list_fields(spoken)]
        if asked and not any(name in fields for name in asked):
            code = asked[0].split(".")[1]
            reason = translatable("fill in the texts below, then check again")
            raise FieldErrors({**errors, f"language-{code}": reason})
        return errors

    def _label(self, path: Path) -> str:
        place = describe_place(self.plan, ".".join(path))
        match path:
            case ("numbers", _, part):
                return f"{place} – {translate(LOCALIZED_FIELDS[part]['fr']).rsplit(' ', 2)[0]}"
            case ("menus", _, ("wrong" | "silence") as part):
                return f"{place} – {translate(REPROMPTS[part])}"
            case ("hours", _, "exceptions", day):
                return f"{place} – {day}"
            case ("callbacks", "sites", index, _):
                title = [*self.plan.callbacks.sites][int(index)].name
                return gettext("Topics of “%(name)s”", name=title_text(self.plan, PartKind.SITE, title))
            case ("requests", "topics", index, _):
                return gettext("Topic of requests: %(number)s", number=int(index) + 1)
            case ("requests", "outcomes", index, _):
                return gettext("What can become of a request: %(number)s", number=int(index) + 1)
            case ("staff", "pauses", index, _):
                return gettext("Reason for a break: %(number)s", number=int(index) + 1)
            case ("organisation", "callback_text"):
                return gettext("A sentence of your own above the form")
            case ("organisation", *_):
                return gettext("Name of the organisation")
        return place


def _chosen(fields: Fields) -> tuple[str, ...]:
    return tuple(code for code in LANGUAGES if fields.get(f"language-{code}"))


def _in_order(old: Entries, spoken: tuple[str, ...]) -> tuple[str, ...]:
    """The languages in the order of the plan, whose first one is the usual one; new ones last."""
    before = old.get("languages")
    known = tuple(str(code) for code in before if code in spoken) if isinstance(before, tuple) else ()
    return (*known, *(code for code in spoken if code not in known))


def _field(language: str, path: Path) -> str:
    return f"text.{language}.{'.'.join(path)}"


def _typed_words(fields: Fields, language: str, place: LocalizedPlace) -> PlainValue:
    typed = fields.get(_field(language, place.path), "").strip()
    if any(isinstance(words, tuple) for words in place.texts.values()):
        return tuple(line.strip() for line in typed.splitlines() if line.strip())
    return typed


def _as_text(words: PlainValue) -> str:
    return "\n".join(map(str, words)) if isinstance(words, (tuple, list)) else str(words)
