"""The change log: who changed what, when, from which value to which."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from console.changes.labels import FIELD_LABELS, KIND_LABELS, VALUE_LABELS
from console.context import current_actor, get_context
from console.guard import needs
from console.language import translate
from records import changes
from records.changes import Change
from routing.access.permissions import Permission
from translations.message import Message
from translations.web import gettext

blueprint = Blueprint("changes", __name__, template_folder="templates")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field of a change as text; `before` is empty for a new value."""

    field: str
    before: str
    after: str


@blueprint.get("/changes")
@needs(Permission.SEE_CHANGES)
def list_changes() -> str:
    before = request.args.get("before", type=int)
    page = changes.list_changes(get_context().database, current_actor(), before=before, limit=PAGE_SIZE)
    older = page[-1].number if len(page) == PAGE_SIZE else None
    return render_template("changes/list.html", changes=page, older=older, what=_kind_label, lines=_changed_fields)


def _kind_label(kind: str) -> str:
    return _label(KIND_LABELS, kind)


def _changed_fields(change: Change) -> Iterator[ChangedField]:
    for field in dict.fromkeys([*change.before, *change.after]):
        before, after = (_format_value(field, values.get(field)) for values in (change.before, change.after))
        if before or after:
            yield ChangedField(_label(FIELD_LABELS, field), before, after or "–")


def _format_value(field: str, value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return _label(VALUE_LABELS.get(field, {}), "" if value is None else str(value))


def _label(labels: Mapping[str, Message], name: str) -> str:
    """The label of a name; a name without one is shown as the change log holds it."""
    return translate(labels[name]) if name in labels else name
