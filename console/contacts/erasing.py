"""Erasing a person who asks for it: confirmed for one card, then seen step by step. Administrators only."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context, plan_country
from console.guard import keeps_idle, needs
from records.contacts import contact_cards
from records.contacts.contact_cards import Card
from records.errors import NotFound
from records.retention import erasure_queue
from records.retention.erasure import erased_at
from records.retention.erasure_queue import ErasureBegun, ErasureJob, ErasureStep
from records.retention.erasure_words import PROBLEMS, STEPS
from routing.access.permissions import Permission
from translations.web import gettext

blueprint = Blueprint(
    "contacts_erasing", __name__, template_folder="templates", url_prefix="/contacts/<int:contact_id>/erase"
)
SURE = "sure"


@blueprint.get("")
@needs(Permission.ERASE_PERSON)
def show(contact_id: int) -> Response | str | tuple[str, int]:
    """What an erasure does, with the form that asks for it; then how far it has come, and what is left."""
    card, job = _find_card(contact_id), erasure_queue.find_erasure(get_context().database, contact_id)
    if card and card.id != contact_id:
        return redirect(url_for("contacts_erasing.show", contact_id=card.id))
    if card and (job is None or job.done_at):
        return _render_form(card)
    if job:
        return render_template("contacts/erasing.html", **_progress(job, card))
    with get_context().database.read() as connection:
        if at := erased_at(connection, contact_id):
            return render_template("contacts/erased.html", at=at), 410
    raise NotFound(f"There is no contact {contact_id}.")


@blueprint.get("/refresh")
@keeps_idle
@needs(Permission.ERASE_PERSON)
def refresh(contact_id: int) -> str:
    """The progress, for the page that shows it."""
    job = erasure_queue.find_erasure(get_context().database, contact_id)
    if job is None:
        raise NotFound(f"Nobody has asked to erase contact {contact_id}.")
    return render_template("contacts/erasing_live.html", **_progress(job, None))


@blueprint.post("")
@needs(Permission.ERASE_PERSON)
def ask(contact_id: int) -> Response | tuple[str, int]:
    """Has the person erased, once it was confirmed for this very card."""
    card = _get_card(contact_id)
    if request.form.get(SURE) != str(card.id):
        return _render_form(card, is_unconfirmed=True), 422
    erasure_queue.ask_erasure(get_context().database, current_actor(), card.id, at=get_context().clock())
    return redirect(url_for("contacts_erasing.show", contact_id=card.id), 303)


@blueprint.post("/withdraw")
@needs(Permission.ERASE_PERSON)
def withdraw(contact_id: int) -> Response:
    """The person is not erased after all, if it has not begun."""
    context = get_context()
    try:
        erasure_queue.withdraw_erasure(context.database, current_actor(), contact_id, at=context.clock())
    except ErasureBegun:
        flash(gettext("The erasure has begun: it cannot be withdrawn any more."))
        return redirect(url_for("contacts_erasing.show", contact_id=contact_id), 303)
    flash(gettext("The person is not erased."))
    return redirect(url_for("contacts.show", contact_id=contact_id), 303)


def _render_form(card: Card, *, is_unconfirmed: bool = False) -> str:
    return render_template(
        "contacts/erase.html", card=card, country=plan_country(), sure=SURE, is_unconfirmed=is_unconfirmed
    )


def _progress(job: ErasureJob, card: Card | None) -> dict[str, object]:
    steps = [*ErasureStep]
    return {
        "job": job,
        "card": card,
        "country": plan_country(),
        "steps": [(label, steps.index(step) <= steps.index(job.step)) for step, label in STEPS.items()],
        "problem": PROBLEMS.get(job.problem),
        "may_withdraw": job.step is ErasureStep.ASKED,
    }


def _find_card(contact_id: int) -> Card | None:
    try:
        return _get_card(contact_id)
    except NotFound:
        return None


def _get_card(contact_id: int) -> Card:
    with get_context().database.read() as connection:
        return contact_cards.get_card(connection, contact_id, current_actor())
