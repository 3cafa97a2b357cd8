"""The door for people: a form, and a page for each callback to follow, move or cancel it. All works without JavaScript;
the button fetches these same pages and shows their middle part."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from uuid import uuid4

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from pydantic import ValidationError

from callback_api import asking, form_page, message_page, origins, sites, status_page
from callback_api.button import script
from callback_api.choices import choices
from callback_api.door import door
from callback_api.form import moved_in_form, wanted_in_form
from callback_api.languages import language_of
from callback_api.problems import Problem, problem_of
from callback_api.words import word
from records.callback_links import CallbackView

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
SCRIPT_KEPT_S = 3600
NOTHING: Mapping[str, str] = MappingProxyType({})

blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")


@blueprint.before_request
def _no_orders_from_foreign_pages() -> None:
    g.language = language_of(request)
    if request.method == "POST":
        origins.refuse_foreign(door(), request)


@blueprint.after_request
def _for_the_page_that_asked(response: Response) -> Response:
    return origins.allow(door(), request, response)


@blueprint.get("/callback")
def form() -> Response:
    page = request.args.get("page") or request.referrer
    return _form(request.args.get("site"), {"page": page or ""}, str(uuid4()))


@blueprint.post("/callback")
def send() -> Response:
    typed = form_page.typed(request.form)
    key = asking.well_formed_key(request.form.get("idempotency_key", "")) or str(uuid4())
    g.language = typed.get("language", g.language)
    try:
        wanted = wanted_in_form(typed)
        who = origins.asker(door(), request, wanted.site)
        accepted = asking.ask(
            door(), wanted, site=who.site, address=who.address, language=g.language, idempotency_key=key
        )
    except (ValidationError, Problem) as error:
        problem = problem_of(error)
        if isinstance(error, ValidationError):
            problem = form_page.with_number(door(), typed, problem)
        if problem.name == "key-reused":  # sent, gone back to and changed: another wish, with a key of its own
            return _form(typed.get("site"), typed, str(uuid4()), problem)
        if form_page.errors(problem, g.language):
            return _form(typed.get("site"), typed, key, problem)
        raise
    return _to_status(accepted.ref, accepted.secret)


@blueprint.get("/callback/<ref>")
def status(ref: str) -> Response:
    return _status(_view(ref))


@blueprint.get("/callback/<ref>/cancel")
def before_cancel(ref: str) -> Response:
    return _page("cancel.html", status_page.values(door(), _view(ref), g.language))


@blueprint.post("/callback/<ref>/cancel")
def cancel(ref: str) -> Response:
    view = _view(ref)
    try:
        asking.cancel(door(), ref, _key())
    except Problem as problem:
        return _status(view, problem)
    return _to_status(ref, _key())


@blueprint.get("/callback/<ref>/move")
def before_move(ref: str) -> Response:
    view = _view(ref)
    return _move(view, {"slot": view.slot.start.isoformat()} if view.slot else NOTHING)


@blueprint.post("/callback/<ref>/move")
def move(ref: str) -> Response:
    view, typed = _view(ref), {"slot": request.form.get("slot", "")}
    try:
        asking.move(door(), ref, _key(), moved_in_form(typed).slot)
    except (ValidationError, Problem) as error:
        problem = problem_of(error)
        return _move(view, typed, problem) if form_page.errors(problem, g.language) else _status(view, problem)
    return _to_status(ref, _key(), moved=1)


@blueprint.get("/message")
def message() -> Response:
    return _page("message.html", message_page.values(door(), g.language))


@blueprint.get("/demo")
def demo() -> Response:
    return _page("demo.html", {"public_url": door().public_url, "site": sites.named(door().plan(), None).name})


@blueprint.get("/button.js")
def button() -> Response:
    response = Response(script(), mimetype="text/javascript")
    response.cache_control.public, response.cache_control.max_age = True, SCRIPT_KEPT_S
    response.add_etag()
    response.make_conditional(request)
    return response


def refused(problem: Problem, language: str) -> Response:
    """A refusal as a page, with what to do and the number to call."""
    g.language = language
    response = _page("refused.html", form_page.refusal(door(), problem, language), problem)
    response.headers.update(problem.headers)
    return response


def _form(site: str | None, typed: Mapping[str, str], key: str, problem: Problem | None = None) -> Response:
    found = sites.named(door().plan(), site)
    values = form_page.values(door(), found, g.language)
    return _page("form.html", {**values, "typed": typed, "idempotency_key": key}, problem)


def _move(view: CallbackView, typed: Mapping[str, str], problem: Problem | None = None) -> Response:
    offered = choices(door(), view.public_number, g.language)
    return _page("move.html", {**status_page.values(door(), view, g.language), **offered, "typed": typed}, problem)


def _status(view: CallbackView, problem: Problem | None = None) -> Response:
    values = status_page.values(door(), view, g.language)
    return _page("status.html", {**values, "follow": door().follow_url(view.ref, _key())}, problem)


def _view(ref: str) -> CallbackView:
    """Raises Problem. Its pages speak the language in which it was asked for."""
    view = asking.follow(door(), ref, _key())
    if "language" not in request.args:
        g.language = view.language
    return view


def _key() -> str:
    return request.args.get("key", "")


def _to_status(ref: str, secret: str, moved: int | None = None) -> Response:
    """Where reloading sends nothing again."""
    return make_response(redirect(url_for("pages.status", ref=ref, key=secret, moved=moved), 303))


def _page(template: str, values: Mapping[str, object], problem: Problem | None = None) -> Response:
    """`problem`: tells the status, and what is said beside the fields or at the top."""
    language = g.language
    text = render_template(
        template,
        t=partial(word, language=language),
        language=language,
        organisation=door().plan().organisation.get(language),
        secret=_key(),
        problem=problem,
        errors=form_page.errors(problem, language) if problem else NOTHING,
        labels=form_page.labels(language),
        **values,
    )
    response = make_response(text, problem.kind.status if problem else 200)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
