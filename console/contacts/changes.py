"""What was changed on a card, by whom and when, from which value to which; for everybody who may see the card."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.changes.entries import ChangedField, make_entries
from console.changes.labels import CARD_FIELDS, VALUE_LABELS
from console.context import current_actor, get_context, plan_country
from console.forms import parse_number
from console.guard import needs
from records.contacts import contact_cards
from records.contacts.card_history import CardChange, ChangedValue, list_card_changes
from routing.access.permissions import Permission
from web.language import translate

blueprint = Blueprint(
    "contacts_changes", __name__, template_folder="templates", url_prefix="/contacts/<int:contact_id>/changes"
)
PAGE_SIZE = 50


@blueprint.get("")
@needs(Permission.SEE_CONTACTS)
def show(contact_id: int) -> Response | str:
    context, actor = get_context(), current_actor()
    with context.database.read() as connection:
        card = contact_cards.get_card(connection, contact_id, actor)
    if card.id != contact_id:
        return redirect(url_for("contacts_changes.show", contact_id=card.id))
    before = parse_number(request.args.get("before"))
    found = list_card_changes(context.database, actor, card.id, before=before, limit=PAGE_SIZE + 1)
    page = found[:PAGE_SIZE]
    entries = make_entries(tuple(each.change for each in page), {})
    return render_template(
        "contacts/changes.html",
        card=card,
        country=plan_country(),
        entries=[(entry, _fields(each) or entry.fields) for entry, each in zip(entries, page, strict=True)],
        older=page[-1].change.number if len(found) > PAGE_SIZE else None,
        is_first_page=before is None,
    )


def _fields(change: CardChange) -> tuple[ChangedField, ...]:
    """What was changed, as long as the values are kept."""
    return tuple(_changed_field(each) for each in change.values)


def _changed_field(value: ChangedValue) -> ChangedField:
    label = translate(CARD_FIELDS[value.field]) if value.field in CARD_FIELDS else value.field
    before, after = (_format(value.field, text) for text in (value.before, value.after))
    return ChangedField(label[:1].upper() + label[1:], before, after)


def _format(field: str, text: str) -> str:
    names = VALUE_LABELS["language"]
    if field == "language" and text in names:
        return translate(names[text])
    return ", ".join(text.split("\n"))
