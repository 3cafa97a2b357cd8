"""Cards that may be one person: the list, the two side by side, and what staff decide."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.contacts.reasons import words_against, words_for
from console.context import current_actor, get_context, plan_country
from console.guard import needs
from records.contacts import contact_cards
from records.contacts.contact_cards import CHOSEN_FIELDS, Card
from records.contacts.duplicates import counters, decisions, proposals
from records.contacts.merges import Merge
from routing.access.permissions import Permission
from translations.message import Message, translatable
from translations.web import gettext

blueprint = Blueprint("duplicates", __name__, template_folder="templates")
MAX_PAIRS = 100
MAX_FOUND = 10
KEPT, ABSORBED = "kept", "absorbed"
FIELD_LABELS: Mapping[str, Message] = {
    "name": translatable("Name"),
    "organisation": translatable("Organisation"),
    "address": translatable("Address"),
    "language": translatable("Language"),
}


@blueprint.get("/contacts/duplicates")
@needs(Permission.SEE_CONTACTS)
def list_pairs() -> str:
    """The pairs that wait for a decision; with `?merged=` or `?apart=`, what has just been decided."""
    database = get_context().database
    likely_only = request.args.get("show") == "likely"
    pairs = proposals.list_proposals(database, limit=MAX_PAIRS, likely_only=likely_only)
    return render_template(
        "contacts/duplicates.html",
        pairs=pairs,
        cards=_cards({card for pair in pairs for card in (pair.first_id, pair.second_id)}),
        likely_only=likely_only,
        waiting=proposals.count_proposals(database),
        counts=counters.read_counts(database),
        merged=_find_merge(request.args.get("merged", "")),
        most=MAX_PAIRS,
        **_common(),
    )


@blueprint.get("/contacts/duplicates/<int:one>/<int:other>")
@needs(Permission.SEE_CONTACTS)
def compare(one: int, other: int) -> Response | str:
    """The two cards side by side. The older one stays; cards of one person already lead to it."""
    database, actor = get_context().database, current_actor()
    with database.read() as connection:
        kept, absorbed = sorted((contact_cards.get_card(connection, each, actor) for each in (one, other)), key=_age)
        known = proposals.find_proposal(connection, kept.id, absorbed.id)
    if kept.id == absorbed.id:
        return redirect(url_for("contacts.show", contact_id=kept.id))
    likeness = decisions.compare_cards(database, kept.id, absorbed.id)
    return render_template(
        "contacts/compare.html",
        kept=kept,
        absorbed=absorbed,
        known=known,
        likeness=likeness,
        values=_values,
        **_common(),
    )


@blueprint.post("/contacts/duplicates/<int:one>/<int:other>")
@needs(Permission.CHANGE_CONTACTS)
def decide(one: int, other: int) -> Response:
    """Merges the two with the values that were chosen, or says for good that they are two people."""
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    with database.read() as connection:
        first, second = (contact_cards.get_card(connection, each) for each in (one, other))
    if first.id == second.id:
        flash(gettext("These two cards are merged already."))
        return redirect(url_for("contacts.show", contact_id=first.id), 303)
    if request.form.get("do") == "distinct":
        decisions.tell_apart(database, actor, one, other, at=at)
        flash(gettext("These are two people: they are not proposed again."))
        return redirect(url_for("duplicates.list_pairs"), 303)
    preferred = [field for field in CHOSEN_FIELDS if request.form.get(field) == ABSORBED]
    merge_id = decisions.merge_contacts(database, actor, one, other, preferred=preferred, at=at)
    return redirect(url_for("duplicates.list_pairs", merged=merge_id), 303)


@blueprint.post("/contacts/merges/<int:merge_id>/undo")
@needs(Permission.CHANGE_CONTACTS)
def undo(merge_id: int) -> Response:
    """Gives back both cards exactly as they were, each with what has come in on its own lines since."""
    _, absorbed = decisions.separate_contacts(
        get_context().database, current_actor(), merge_id, at=get_context().clock()
    )
    flash(gettext("The cards are separate again, each with its own numbers and its own history."))
    return redirect(url_for("contacts.show", contact_id=absorbed), 303)


@blueprint.get("/contacts/<int:contact_id>/same-as")
@needs(Permission.SEE_CONTACTS)
def find_other(contact_id: int) -> str:
    """Looks for another card of this person, when none is proposed."""
    database, typed = get_context().database, request.args.get("q", "").strip()[:200]
    with database.read() as connection:
        card = contact_cards.get_card(connection, contact_id)
    actor = current_actor()
    found = contact_cards.find_cards(database, typed, plan_country(), limit=MAX_FOUND + 1, actor=actor) if typed else ()
    others = [each for each in found if each.id != card.id][:MAX_FOUND]
    return render_template("contacts/same_as.html", card=card, typed=typed, others=others, **_common())


def notes_of(card: Card) -> Mapping[str, object]:
    """What stands on the page of a card: open proposals, and what was merged into it."""
    database = get_context().database
    pairs = proposals.list_proposals(database, limit=5, contact_id=card.id)
    others = _cards({pair.other_than(card.id) for pair in pairs})
    return {
        "proposed": [(pair, others[pair.other_than(card.id)]) for pair in pairs if pair.other_than(card.id) in others],
        "merges": decisions.list_merges(database, card.id),
        "reasons_for": words_for,
    }


def _cards(ids: set[int]) -> Mapping[int, Card]:
    with get_context().database.read() as connection:
        return {card.id: card for card in contact_cards.list_cards(connection, ids, current_actor())}


def _find_merge(merge_id: str) -> Merge | None:
    """The merge of this number, while it stands."""
    if not (merge_id.isascii() and merge_id.isdigit() and len(merge_id) < 10):
        return None
    return decisions.find_merge(get_context().database, int(merge_id))


def _age(card: Card) -> tuple[object, int]:
    return card.created_at, card.id


def _values(card: Card, field: str) -> tuple[str, ...]:
    """What a card says in one of CHOSEN_FIELDS."""
    return tuple(value for column in CHOSEN_FIELDS[field] if (value := getattr(card, column)))


def _common() -> Mapping[str, object]:
    return {
        "reasons_for": words_for,
        "reasons_against": words_against,
        "labels": FIELD_LABELS,
        "may_change": current_actor().may(Permission.CHANGE_CONTACTS),
        "country": plan_country(),
    }
