"""Everything about one person as an archive, for people who ask what we hold. Administrators only."""

import logging

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context, plan_country
from console.guard import needs
from records.contacts import contact_cards
from records.contacts.contact_cards import Card
from routing.access.permissions import Permission
from translations.catalogues import LANGUAGES
from translations.web import gettext
from web.language import current_language

blueprint = Blueprint(
    "contacts_everything", __name__, template_folder="templates", url_prefix="/contacts/<int:contact_id>/everything"
)
log = logging.getLogger("console")


@blueprint.get("")
@needs(Permission.EXPORT_PERSON)
def explain(contact_id: int) -> str:
    """What the archive holds and what it does not, before it is made."""
    return render_template("contacts/everything.html", card=_get_card(contact_id), country=plan_country())


@blueprint.post("")
@needs(Permission.EXPORT_PERSON)
def download(contact_id: int) -> Response:
    """The archive, with its index in the person's language where we know it; nothing of it is kept here."""
    context, card = get_context(), _get_card(contact_id)
    if context.export_person is None:
        abort(404)
    language = card.language if card.language in LANGUAGES else current_language()
    try:
        archive = context.export_person(current_actor(), card.id, language, context.clock())
    except OSError as error:
        log.error("an archive about a person was not made: %s", error.strerror)
        flash(gettext("The archive was not made: the server has no room for it, or a sound cannot be read."))
        return redirect(url_for("contacts_everything.explain", contact_id=card.id), 303)
    name = f"contact-{card.id}.zip"
    return send_file(archive, "application/zip", as_attachment=True, download_name=name, max_age=0)


def _get_card(contact_id: int) -> Card:
    with get_context().database.read() as connection:
        return contact_cards.get_card(connection, contact_id, current_actor())
