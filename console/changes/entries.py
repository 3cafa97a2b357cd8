"""The entries of the change log as readers see them: a sentence, what differs, and the proof."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from console.changes.labels import FIELD_LABELS, PROOF, TIMES, VALUE_LABELS
from console.changes.sentences import ABOUT_ANNOUNCEMENTS, ABOUT_NUMBERS, ABOUT_USERS, make_sentence
from console.context import find_plan, get_context, plan_country
from records.actor import SYSTEM
from records.changes import Change
from routing.numbers import format_number
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from translations.dates import moment
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language, translate

_SOFTWARE = translatable("The software")
_AT_THE_MACHINE = translatable("%(name)s (command line)")


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field of a change as text; a value that is empty was, or is, not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """`by` and `subject` as people call them; `proof`: hashes and numbers, each with its name."""

    change: Change
    by: str
    sentence: str
    fields: tuple[ChangedField, ...]
    proof: tuple[tuple[str, str], ...]


def make_entries(changes: tuple[Change, ...], names: Mapping[str, str]) -> tuple[ChangeEntry, ...]:
    """The entries in the reader's language. `names`: the names of users by their e-mail address."""
    return tuple(_make_entry(change, names) for change in changes)


def _make_entry(change: Change, names: Mapping[str, str]) -> ChangeEntry:
    by, name = _name_actor(change), names.get(change.subject)
    is_own = change.kind.startswith(ABOUT_USERS) and change.by in (name, change.after.get("name"))
    subject = _name_subject(change, names)
    sentence = translate(make_sentence(change.kind, by=by, subject=subject, is_own=is_own))
    if change.after.get("channel") == "phone":
        sentence = gettext("%(sentence)s By telephone.", sentence=sentence)
    return ChangeEntry(change, by, sentence, tuple(_changed_fields(change)), tuple(_proof(change)))


def _name_actor(change: Change) -> str:
    if change.user_id is not None or (change.kind.startswith(ABOUT_USERS) and change.after.get("name") == change.by):
        return change.by
    if change.by == SYSTEM:
        return translate(_SOFTWARE)
    return translate(_AT_THE_MACHINE, name=change.by)


def _name_subject(change: Change, names: Mapping[str, str]) -> object:
    if change.kind.startswith(ABOUT_USERS):
        name = names.get(change.subject)
        return f"{name} ({change.subject})" if name else change.subject
    plan = find_plan()
    if change.kind.startswith(ABOUT_NUMBERS):
        return (
            gettext(" for %(number)s", number=format_number(change.subject, plan_country())) if change.subject else ""
        )
    if change.kind.startswith(ABOUT_ANNOUNCEMENTS) and plan:
        return find_title(plan, PartKind.ANNOUNCEMENT, change.subject)
    return change.subject


def _changed_fields(change: Change) -> Iterator[ChangedField]:
    for field in dict.fromkeys([*change.before, *change.after]):
        if field in PROOF or field == "channel" or (change.kind == "account.invited" and field in ("name", "email")):
            continue
        before, after = (_format_value(field, values.get(field)) for values in (change.before, change.after))
        if before or after:
            label = _label(FIELD_LABELS, field)
            yield ChangedField(label[:1].upper() + label[1:], before, after)


def _proof(change: Change) -> Iterator[tuple[str, str]]:
    yield gettext("Number"), str(change.number)
    for field in dict.fromkeys([*change.before, *change.after]):
        if field in PROOF:
            values = (str(each[field]) for each in (change.before, change.after) if each.get(field))
            yield field, " → ".join(values)
    yield gettext("Hash of the entry before"), change.previous
    yield gettext("Hash of this entry"), change.hash


def _format_value(field: str, value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, (list, tuple)):
        return ", ".join(_format_value(field, each) for each in value)
    if isinstance(value, float):
        return f"{value:g}".replace(".", "," if current_language() == "fr" else ".")
    if field in TIMES and isinstance(value, str):
        return _format_time(value)
    if field == "languages" and isinstance(value, str):
        return ", ".join(_label(VALUE_LABELS[field], each) for each in value.split(","))
    return _label(VALUE_LABELS.get(field, {}), str(value))


def _format_time(value: str) -> str:
    """An instant on the clocks of the reception."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    show = partial(moment, tz=get_context().timezone(), language=current_language())
    return show(at) if at.tzinfo else value


def _label(labels: Mapping[str, Message], name: str) -> str:
    """The label of a name; a name without one is shown as the change log holds it."""
    return translate(labels[name]) if name in labels else name
