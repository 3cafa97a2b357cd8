"""Contacts as a file: those that a search finds, or all. Administrators only; the change log says that it was made."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request, stream_with_context

from console.context import current_actor, get_context, plan_country
from console.guard import needs
from console.table_files import TableFormat, send_table
from records.contacts.exports import ExportFormat, export_cards
from routing.access.permissions import Permission
from routing.contact_files.outgoing import TITLES, OutgoingCard, card_cells, vcard
from translations.web import gettext
from web.language import translate

blueprint = Blueprint("contacts_export", __name__, template_folder="templates", url_prefix="/contacts/export")
MAX_TYPED = 200
MAX_FOUND = 50
VCARD = "text/vcard; charset=utf-8"


@blueprint.get("")
@needs(Permission.EXPORT_CONTACTS)
def choose() -> str:
    return render_template("contacts/export.html", typed=_typed(request.args.get("q", "")), most=MAX_FOUND)


@blueprint.post("")
@needs(Permission.EXPORT_CONTACTS)
def export() -> Response:
    """The file, as it is read; nothing of it is kept here."""
    named, context, country = request.form.get("format", ""), get_context(), plan_country()
    file_format = ExportFormat(named) if named in set(ExportFormat) else ExportFormat.CSV
    typed = _typed(request.form.get("q", "")) if request.form.get("which") == "search" else ""
    cards = export_cards(context.database, current_actor(), typed, country, file_format, at=context.clock())
    today = context.clock().astimezone(context.timezone()).date()
    name = "-".join([gettext("contacts"), today.isoformat()])
    if file_format is ExportFormat.VCARD:
        return _send_vcards(f"{name}.{file_format}", cards)
    titles = [translate(title) for title in TITLES]
    return send_table(name, TableFormat(file_format), titles, (card_cells(card, country) for card in cards))


def _typed(text: str) -> str:
    return text.strip()[:MAX_TYPED]


def _send_vcards(file_name: str, cards: Iterator[OutgoingCard]) -> Response:
    response = Response(stream_with_context(map(vcard, cards)), content_type=VCARD)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
