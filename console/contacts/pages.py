"""Contacts: the search, and the card of one person with their history."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.calls import story
from console.contacts.duplicates import notes_of
from console.contacts.forms import MAX_NAME, CardForm
from console.contacts.history import tell_entry
from console.context import current_actor, find_plan, get_context, plan_country
from console.forms import clean_text, parse_number
from console.guard import fragment, needs
from console.inbox.labels import KINDS
from console.staff_callbacks import ask_callback, explain_own_phone, find_callable
from records.callbacks import do_not_call
from records.callbacks.do_not_call import DoNotCallSource
from records.calls.history_details import read_history_details
from records.centres import outcomes
from records.contacts import contact_cards, households, notes
from records.contacts.card_changes import CardChanged, CardFields, change_card
from records.contacts.consents import ConsentRecord, list_consents
from records.contacts.contact_cards import Card, InteractionRecord
from records.contacts.households import TooManyPeople
from records.errors import NotFound
from records.retention.erasure import erased_at
from records.retention.erasure_queue import find_erasure
from routing.access.permissions import Permission
from routing.page_positions import read_position, write_position
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language, translate

SOURCES: Mapping[DoNotCallSource, Message] = {
    DoNotCallSource.TELEPHONE: translatable("By telephone"),
    DoNotCallSource.LETTER: translatable("By letter"),
    DoNotCallSource.EMAIL: translatable("By e-mail"),
    DoNotCallSource.IN_PERSON: translatable("In person"),
}

PURPOSES: Mapping[str, Message] = {
    "reception": translatable("Answering calls and letters"),
    "callback": translatable("Being called back"),
    "campaigning": translatable("Receiving news"),
    "satisfaction": translatable("Being asked about the service"),
}
"""To what people consent, by the code of the purpose."""
NOTE_NEEDED = translatable("Nothing has changed: write the note, %(count)s characters at most.", count=notes.MAX_LENGTH)
NAME_NEEDED = translatable("Nothing has changed: write the other person's name, 120 characters at most.")
TOO_MANY_PEOPLE = translatable("This number has too many people; write the name on one of their cards.")

blueprint = Blueprint("contacts", __name__, template_folder="templates")
MAX_RESULTS = 20
HISTORY_PAGE = 30
MAX_TYPED = 200


@blueprint.get("/contacts")
@needs(Permission.SEE_CONTACTS)
def search() -> str:
    return render_template(
        "contacts/search.html", may_export=current_actor().may(Permission.EXPORT_CONTACTS), **_results()
    )


@blueprint.get("/contacts/results")
@fragment
@needs(Permission.SEE_CONTACTS)
def results() -> str:
    """What has been found so far, for a page in which somebody types."""
    return render_template("contacts/results.html", **_results())


@blueprint.route("/contacts/<int:contact_id>", methods=["GET", "POST"])
@needs(Permission.SEE_CONTACTS)
def show(contact_id: int) -> Response | str | tuple[str, int]:
    try:
        card = _get_card(contact_id)
    except NotFound:
        if at := _erased_at(contact_id):
            return render_template("contacts/erased.html", at=at), 410
        raise
    if card.id != contact_id and request.method == "GET":
        return redirect(url_for("contacts.show", contact_id=card.id))
    form = CardForm.showing(CardFields.of(card), CardFields.of(card))
    if request.method == "GET":
        return _render_card(card, form)
    current_actor().require(Permission.CHANGE_CONTACTS)
    if not form.validate_on_submit():
        return _render_card(card, form), 422
    try:
        changed = change_card(
            get_context().database,
            current_actor(),
            contact_id,
            base=form.base(),
            wanted=form.wanted(),
            at=get_context().clock(),
        )
    except CardChanged as error:
        kept = CardForm.showing(form.wanted(), CardFields.of(error.current), formdata=None)
        return _render_card(error.current, kept, is_conflict=True), 409
    flash(gettext("The card is saved."))
    return redirect(url_for("contacts.show", contact_id=changed.id), 303)


@blueprint.post("/contacts/<int:contact_id>/call-back")
@needs(Permission.SEE_REQUESTS)
def call_back(contact_id: int) -> Response:
    """Puts one of the person's numbers in the line of callbacks."""
    card = _get_card(contact_id)
    line = request.form.get("line", "")
    ask_callback(line if line in card.lines else None, public_number=None, language=card.language, contact_id=card.id)
    return redirect(url_for("contacts.show", contact_id=card.id), 303)


@blueprint.post("/contacts/<int:contact_id>/people")
@needs(Permission.CHANGE_CONTACTS)
def add_person(contact_id: int) -> Response:
    """A card for another person who has one of this card's numbers."""
    line, name = request.form.get("line", ""), clean_text(request.form.get("name"))
    if line not in _get_card(contact_id).lines:
        abort(404)
    try:
        problem = NAME_NEEDED if not name or len(name) > MAX_NAME or "\n" in name else None
        if problem is None:
            new = households.add_person(get_context().database, current_actor(), line, name, at=get_context().clock())
    except TooManyPeople:
        problem = TOO_MANY_PEOPLE
    if problem:
        flash(translate(problem))
        return redirect(url_for("contacts.show", contact_id=contact_id), 303)
    flash(gettext("The new person has a card of their own, with the same number."))
    return redirect(url_for("contacts.show", contact_id=new.id), 303)


@blueprint.post("/contacts/<int:contact_id>/notes")
@needs(Permission.CHANGE_CONTACTS)
def add_note(contact_id: int) -> Response:
    card, text = _get_card(contact_id), clean_text(request.form.get("note"))
    if not text or len(text) > notes.MAX_LENGTH:
        flash(translate(NOTE_NEEDED))
    else:
        notes.add_note(get_context().database, current_actor(), card.id, text, at=get_context().clock())
        flash(gettext("The note is saved."))
    return redirect(url_for("contacts.show", contact_id=contact_id), 303)


@blueprint.post("/contacts/<int:contact_id>/do-not-call")
@needs(Permission.CHANGE_CONTACTS)
def change_do_not_call(contact_id: int) -> Response:
    """Puts one of the person's numbers on the do-not-call list, with how they asked for it; or takes it away."""
    line, source, at = request.form.get("line", ""), request.form.get("source", ""), get_context().clock()
    database, actor, card = get_context().database, current_actor(), _get_card(contact_id)
    if request.form.get("do") == "remove":
        do_not_call.remove_by_staff(database, actor, card.id, line, at=at)
        flash(gettext("The number can be called back again."))
    elif source not in [*DoNotCallSource]:
        flash(gettext("Nothing has changed: choose how the person asked not to be called."))
    else:
        do_not_call.add_by_staff(database, actor, card.id, line, DoNotCallSource(source), at=at)
        flash(gettext("The number is on the do-not-call list: nothing calls it back any more."))
    return redirect(url_for("contacts.show", contact_id=contact_id), 303)


def _results() -> dict[str, object]:
    typed = request.args.get("q", "").strip()[:MAX_TYPED]
    database, actor = get_context().database, current_actor()
    cards = contact_cards.find_cards(database, typed, plan_country(), limit=MAX_RESULTS, actor=actor) if typed else ()
    return {"typed": typed, "cards": cards, "country": plan_country(), "most": MAX_RESULTS}


def _list_consents(card: Card) -> tuple[ConsentRecord, ...]:
    with get_context().database.read() as connection:
        return list_consents(connection, card.id, card.lines)


def _is_being_erased(card: Card) -> bool:
    job = find_erasure(get_context().database, card.id)
    return job is not None and job.done_at is None


def _erased_at(contact_id: int) -> datetime | None:
    with get_context().database.read() as connection:
        return erased_at(connection, contact_id)


def _get_card(contact_id: int) -> Card:
    with get_context().database.read() as connection:
        return contact_cards.get_card(connection, contact_id, current_actor())


def _render_card(card: Card, form: CardForm, *, is_conflict: bool = False) -> str:
    detail = contact_cards.get_card_detail(
        get_context().database,
        card.id,
        actor=current_actor(),
        limit=HISTORY_PAGE + 1,
        before=_history_position(),
        card=card,
    )
    history = detail.interactions[:HISTORY_PAGE]
    details = read_history_details(get_context().database, current_actor(), history)
    return render_template(
        "contacts/card.html",
        card=card,
        form=form,
        is_conflict=is_conflict,
        history=history,
        older=_position_of(history[-1]) if len(detail.interactions) > HISTORY_PAGE else "",
        is_first_page=_history_position() is None,
        reported=_list_reported(history),
        sentences={each.id: [*tell_entry(each, details)] for each in history},
        voicemails=details.voicemails,
        requests=detail.open_requests,
        kinds=KINDS,
        may_call_back=find_callable(),
        own_phone=explain_own_phone(),
        not_called={line for line in card.lines if do_not_call.is_do_not_call(get_context().database, line)},
        sources=SOURCES,
        consents=_list_consents(card),
        purposes=PURPOSES,
        max_note=notes.MAX_LENGTH,
        sharing={line: households.list_people(get_context().database, line, but=card.id) for line in card.lines},
        may_change=current_actor().may(Permission.CHANGE_CONTACTS),
        may_see_calls=current_actor().may(Permission.SEE_CALLS),
        may_see_requests=current_actor().may(Permission.SEE_REQUESTS),
        may_export=current_actor().may(Permission.EXPORT_PERSON),
        may_erase=current_actor().may(Permission.ERASE_PERSON),
        is_being_erased=_is_being_erased(card),
        country=plan_country(),
        **notes_of(card),
        dispositions=story.DISPOSITIONS,
        under_way=story.UNDER_WAY,
    )


def _list_reported(history: Sequence[InteractionRecord]) -> dict[str, list[tuple[str, str | None]]]:
    """By call, what centres said last: the outcome in words, and the note."""
    plan, refs = find_plan(), [each.call_ref for each in history if each.call_ref]
    found = outcomes.list_last_outcomes(get_context().database, current_actor(), refs)
    language = current_language()
    return {
        ref: [(story.outcome_title(each, plan).in_language(language), each.note) for each in told]
        for ref, told in found.items()
    }


def _history_position() -> tuple[datetime, int] | None:
    """Where the page of the history before this one ended; None for the first page."""
    found = read_position(request.args.get("before", ""))
    if found is None or (number := parse_number(found[1])) is None:
        return None
    return found[0], number


def _position_of(last: InteractionRecord) -> str:
    return write_position(last.at, last.id)
