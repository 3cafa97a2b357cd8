"""The card of a call: opened by its code or its link, and closed again; its outcome, and what is passed on."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from centre.account_pages import describe_lock
from centre.context import card_lifetime, current_account, current_contract, get_context
from centre.guard import is_centre_served, signed_in
from records.centres import cards, outcomes
from records.centres.cards import LiveCall
from records.centres.passing_on import pass_on
from records.database.unit_of_work import unit_of_work
from records.errors import NotFound
from records.users import login_attempts
from records.users.login_attempts import AttemptSource, TooManyLoginAttempts
from routing.centres.codes import DIGITS, parse_code
from routing.centres.outcome_files import MAX_NOTE
from routing.centres.reporting import list_outcome_names
from routing.menu_paths import find_topic, tell_path
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from routing.typed_texts import clean_text
from translations.catalogues import choose_text
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language

blueprint = Blueprint("cards", __name__)
BY_CODE = "code"


@blueprint.get("/")
@signed_in
def enter_code() -> str:
    return _render_code()


@blueprint.post("/")
@signed_in
def find_by_code() -> Response | str | tuple[str, int]:
    """Leads to the card of the call with this code; five wrong ones lock for a quarter of an hour."""
    context, account = get_context(), current_account()
    at = context.clock()
    typed = parse_code(request.form.get("code", ""))
    if typed is None:
        return _render_code(translatable("A code has %(count)s digits.", count=DIGITS)), 422
    try:
        counted = login_attempts.begin_attempt(context.database, AttemptSource(f"centre code {account.id}"), at=at)
    except TooManyLoginAttempts as error:
        return _render_code(describe_lock(error)), 429
    found: tuple[LiveCall, ...] = ()
    if is_centre_served():
        found = cards.list_live_calls(context.database, account.centre, typed, after=card_lifetime(), at=at)
    if not found:
        return _render_code(translatable("No call of yours has this code now. Check it.")), 404
    login_attempts.clear_attempt(context.database, counted)
    if len(found) == 1:
        return redirect(url_for("cards.show", reference=found[0].reference, by=BY_CODE), 303)
    return render_template("several.html", calls=found, by=BY_CODE)


@blueprint.get("/calls/<reference>")
@signed_in
def show(reference: str) -> str:
    """The card; each look at it is recorded. 404 for an unknown call, another centre's, and one that is over."""
    return _render_card(reference)


@blueprint.post("/calls/<reference>")
@signed_in
def report(reference: str) -> Response | tuple[str, int]:
    """Stores the outcome, and opens a request of level 2 when the call is passed on."""
    context, account = get_context(), current_account()
    at, plan = context.clock(), context.plan()
    handoff = _find(reference)
    outcome, note = request.form.get("outcome", ""), clean_text(request.form.get("note"))
    passes_on = "level2" in request.form
    problems = {}
    if outcome not in list_outcome_names(current_contract(), plan.requests):
        problems["outcome"] = translatable("Choose what became of the call.")
    if len(note) > MAX_NOTE:
        problems["note"] = translatable("It is longer than %(most)s characters: shorten it.", most=MAX_NOTE)
    if passes_on and not note:
        problems["note"] = translatable("Write what the organisation has to do.")
    if problems:
        return _render_card(reference, problems), 422
    try:
        with unit_of_work(context.database, atomic=True) as part:
            outcomes.report_outcome(part, handoff, outcome, note, by=account.name, at=at)
            if passes_on:
                pass_on(part, account, handoff, _subject(), note, at=at)
    except NotFound:
        abort(404)
    flash(gettext("Saved, and passed on to the organisation.") if passes_on else gettext("Saved."))
    return redirect(url_for("cards.show", reference=reference), 303)


def _render_card(reference: str, problems: dict[str, Message] | None = None) -> str:
    context, account = get_context(), current_account()
    if not is_centre_served():
        abort(404)
    after, at = card_lifetime(), context.clock()
    is_by_code = request.args.get("by") == BY_CODE
    try:
        card = cards.open_card(
            context.database, account, reference, "code" if is_by_code else "link", after=after, at=at
        )
    except NotFound:
        abort(404)
    plan, contract, language = context.plan(), current_contract(), current_language()
    titles = plan.requests.outcome_titles
    return render_template(
        "card.html",
        card=card,
        topic=choose_text(find_topic(plan, card.pressed), language),
        path=[(step.menu, step.key, choose_text(step.what, language)) for step in tell_path(plan, card.pressed)],
        waited_s=((card.answered_at or card.ended_at or context.clock()) - card.started_at).total_seconds(),
        script=choose_text(contract.script, language),
        last=card.last and (titles.get(card.last.outcome, card.last.outcome), card.last.at),
        outcomes={name: titles.get(name, name) for name in list_outcome_names(contract, plan.requests)},
        typed=request.form if problems else {"outcome": card.outcome or "", "note": card.note or ""},
        problems=problems or {},
        most=MAX_NOTE,
    )


def _find(reference: str) -> int:
    context, account = get_context(), current_account()
    if not is_centre_served():
        abort(404)
    try:
        return cards.find_open_card(
            context.database, account.centre, reference, after=card_lifetime(), at=context.clock()
        )
    except NotFound:
        abort(404)


def _subject() -> str:
    plan = get_context().plan()
    title = find_title(plan, PartKind.CENTRE, current_account().centre).in_language(plan.languages[0])
    return translatable("Passed on by %(centre)s", centre=title).in_language(plan.languages[0])


def _render_code(refusal: Message | None = None) -> str:
    return render_template("code.html", refusal=refusal, digits=DIGITS)
