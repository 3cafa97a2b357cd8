"""Who is asked what they think of a call, and what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.plan.forms import Entries, Fields, keep_order, texts_not_spoken
from console.plan.settings.entries import get_entry, remove_entry, set_entry
from console.plan.settings.fields import ChoiceField, FieldGroup, Note, NumberField
from console.plan.settings.form import SettingsForm
from routing.languages import LANGUAGE_NAMES
from routing.plan.bounds import SATISFACTION_SHARE
from routing.plan.errors import PlanProblem
from routing.plan.model import Plan
from routing.plan.parts import make_name
from routing.plan.value_text import PlainValue
from routing.satisfaction import MAX_QUESTIONS
from translations.message import Message, translatable
from web.language import translate

_LIST = "satisfaction.questions"
RECORD_WORDS: Mapping[str, Message] = {
    "no": translatable("no: keys alone"),
    "yes": translatable("yes: after the last question they may speak for a minute"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoField(ChoiceField):
    """A choice between yes and no, which the plan may also write as true and false."""

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        [(name, value)] = ChoiceField.to_fields(self, old, plan).items()
        return {name: {"true": "yes", "false": "no"}.get(value.lower(), value)}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        same = fields.get(self.path) == self.to_fields(old, plan)[self.path]
        return old if same else ChoiceField.to_plan(self, fields, old, plan)


@dataclass(frozen=True, slots=True)
class QuestionField:
    """One of the questions, in each language; a question without a text is none. The first field writes them all."""

    place: int
    label: Message
    hint: Message | None = None
    note: Note | None = None
    kind: str = "spoken"

    @property
    def path(self) -> str:
        return f"{_LIST}.{self.place}"

    def to_fields(self, old: Entries, plan: Plan) -> dict[str, str]:
        texts = _question(old, self.place).get("text")
        entries = texts if isinstance(texts, Mapping) else {}
        return {f"{self.path}.{code}": str(entries.get(code) or "") for code in plan.languages}

    def to_plan(self, fields: Fields, old: Entries, plan: Plan) -> Entries:
        if self.place:
            return old
        written = [question for place in range(MAX_QUESTIONS) if (question := _write(place, fields, old, plan))]
        taken = {str(question["name"]) for question in written if question.get("name")}
        for question in written:
            if not question.get("name"):
                texts = question["text"]
                title = next(filter(None, texts.values()), "") if isinstance(texts, Mapping) else ""
                question["name"] = make_name(str(title), taken)
                taken.add(str(question["name"]))
        ordered = tuple({"name": each["name"], **each} for each in written)
        return set_entry(old, _LIST, ordered) if ordered else remove_entry(old, _LIST)

    def find_field(self, problem: PlanProblem) -> str:
        above, _, code = problem.path.partition(".text.")
        return f"{self.path}.{code}" if above == f"{_LIST}[{self.place + 1}]" and code in LANGUAGE_NAMES else ""

    def field_label(self, name: str) -> str | None:
        above, _, code = name.rpartition(".")
        if above != self.path:
            return None
        return f"{translate(self.label)} ({translate(LANGUAGE_NAMES[code])})"


def satisfaction_form(plan: Plan) -> SettingsForm:
    """The share of calls that are asked, whether words are recorded, and the questions."""
    who = FieldGroup(
        translatable("Who is asked"),
        (
            NumberField(
                "satisfaction.share_percent",
                translatable("Share of the calls that somebody has answered"),
                translatable("0: nobody is asked. 100: everybody whom we may ask."),
                bounds=SATISFACTION_SHARE,
                default=0,
            ),
        ),
        translatable(
            "Once the agent or the overflow centre has hung up, a caller who stays on the line is asked. Nobody is"
            " asked twice in a month, on a surcharged number, without a number of their own, or after they have"
            " refused. Who was called back, or wrote to you, finds the questions on their page."
        ),
    )
    labels: Sequence[Message] = (
        translatable("First question"),
        translatable("Second question"),
        translatable("Third question"),
    )
    what = FieldGroup(
        translatable("What they are asked"),
        (
            *(QuestionField(place, label) for place, label in enumerate(labels)),
            YesNoField(
                "satisfaction.record_words",
                translatable("May they add words of their own?"),
                options=RECORD_WORDS,
                default="no",
            ),
        ),
        translatable(
            "They answer with the keys 1, not at all, to 5, very much: “Were you well received?” An empty question is"
            " not asked. The answers to a question that you word anew count with those before."
        ),
    )
    return SettingsForm(
        translatable("Satisfaction"),
        translatable("One to three questions after a call. The answers count by topic, level, centre and week."),
        (who, what),
        plan,
    )


def _question(old: Entries, place: int) -> Entries:
    questions = get_entry(old, _LIST)
    items = questions if isinstance(questions, (tuple, list)) else ()
    item = items[place] if place < len(items) else {}
    return item if isinstance(item, Mapping) else {}


def _write(place: int, fields: Fields, old: Entries, plan: Plan) -> dict[str, PlainValue] | None:
    """The question at this place; None when it has no text in any language."""
    before = _question(old, place)
    names = {code: f"{_LIST}.{place}.{code}" for code in plan.languages}
    shown = before.get("text")
    shown_texts = shown if isinstance(shown, Mapping) else {}
    typed = {code: fields.get(name, str(shown_texts.get(code) or "")).strip() for code, name in names.items()}
    if not any(typed.values()):
        return None
    text = keep_order({**texts_not_spoken(shown, plan.languages), **typed}, shown)
    return {**before, "text": text}
