"""The pages: the forms, one page for each callback to follow, move or cancel it, and one for each inquiry.

They work without JavaScript; the button fetches the same pages and shows their main element.
"""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import uuid4

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from callback_api import access_control, callback_service, inquiry_service, sites
from callback_api.context import get_context
from callback_api.forms import parse_callback_form, parse_inquiry_form, parse_move_form
from callback_api.languages import select_language
from callback_api.pages import form_page, inquiry_page, message_page, satisfaction_form, status_page
from callback_api.pages.button_script import build_script
from callback_api.pages.slot_choices import build_slot_choices
from callback_api.problems import Problem, problem_from_error
from records.callbacks.visitor_actions import VisitorView
from routing.callbacks.states import VisitorStatus
from routing.languages import LANGUAGES as PROMPT_LANGUAGES
from translations import catalogues

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
SCRIPT_MAX_AGE_S, WRITING_SCRIPT_MAX_AGE_S = 3600, 60
"""How long browsers keep the script of the button; shorter where a trunk that places calls may be added."""
EMPTY: Mapping[str, str] = MappingProxyType({})

blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")


@blueprint.before_request
def _reject_foreign_post() -> None:
    g.language = select_language(request)
    if request.method == "POST":
        access_control.reject_foreign_origin(get_context(), request)


@blueprint.after_request
def _add_cors_headers(response: Response) -> Response:
    return access_control.add_cors_headers(get_context(), request, response)


@blueprint.get("/callback")
def form() -> Response:
    sites.require_outbound_trunk(get_context())
    page = request.args.get("page") or request.referrer
    return _render_form(request.args.get("site"), {"page": page or ""}, str(uuid4()))


@blueprint.post("/callback")
def submit_form() -> Response:
    typed = form_page.read_fields(request.form)
    key = callback_service.parse_idempotency_key(request.form.get("idempotency_key", "")) or str(uuid4())
    g.language = form_page.read_language(request.form, g.language)
    try:
        filled = parse_callback_form(typed)
        requester = access_control.identify_requester(get_context(), request, filled.site, g.language)
        accepted = callback_service.request_callback(get_context(), filled, requester, key)
    except (ValidationError, Problem) as error:
        problem = problem_from_error(error)
        if isinstance(error, ValidationError):
            problem = form_page.add_number_error(get_context(), typed, problem)
        if problem.name == "key-reused":  # the visitor went back and changed the form: a new request needs its own key
            return _render_form(typed.get("site"), typed, str(uuid4()), problem)
        if form_page.field_error_texts(problem, g.language):
            return _render_form(typed.get("site"), typed, key, problem)
        raise
    return _redirect_to_status(accepted.ref, accepted.secret)


@blueprint.get("/callback/<ref>")
def status(ref: str) -> Response:
    return _render_status(_get_callback(ref))


@blueprint.get("/callback/<ref>/cancel")
def confirm_cancel(ref: str) -> Response:
    return _render("cancel.html", status_page.template_values(get_context(), _get_callback(ref), g.language))


@blueprint.post("/callback/<ref>/cancel")
def cancel(ref: str) -> Response:
    view = _get_callback(ref)
    try:
        callback_service.cancel_callback(get_context(), ref, _secret())
    except Problem as problem:
        return _render_status(view, problem)
    return _redirect_to_status(ref, _secret())


@blueprint.get("/callback/<ref>/move")
def choose_slot(ref: str) -> Response:
    view = _get_callback(ref)
    sites.require_outbound_trunk(get_context())
    return _render_move(view, {"slot": view.time_slot.start.isoformat()} if view.time_slot else EMPTY)


@blueprint.post("/callback/<ref>/move")
def move(ref: str) -> Response:
    view, typed = _get_callback(ref), {"slot": request.form.get("slot", "")}
    try:
        callback_service.move_callback(get_context(), ref, _secret(), parse_move_form(typed).slot)
    except (ValidationError, Problem) as error:
        problem = problem_from_error(error)
        return (
            _render_move(view, typed, problem)
            if form_page.field_error_texts(problem, g.language)
            else _render_status(view, problem)
        )
    return _redirect_to_status(ref, _secret(), moved=1)


@blueprint.post("/callback/<ref>/satisfaction")
def answer_callback_survey(ref: str) -> Response:
    view = _get_callback(ref)
    if view.visitor_status is VisitorStatus.DONE:
        satisfaction_form.save_form(get_context(), view.ref, g.language, request.form)
    return make_response(redirect(url_for("pages.status", ref=ref, key=_secret(), answered=1, language=_other()), 303))


@blueprint.post("/inquiry/<ref>/satisfaction")
def answer_inquiry_survey(ref: str) -> Response:
    view = inquiry_service.get_inquiry(get_context(), ref, _secret())
    if not view.is_open:
        satisfaction_form.save_form(get_context(), view.ref, g.language, request.form)
    return make_response(redirect(url_for("pages.inquiry", ref=ref, key=_secret(), answered=1, language=_other()), 303))


@blueprint.get("/inquiry")
def inquiry_form() -> Response:
    page = request.args.get("page") or request.referrer
    return _render_inquiry_form(request.args.get("site"), {"page": form_page.clean_page_url(page)}, str(uuid4()))


@blueprint.post("/inquiry")
def submit_inquiry() -> Response:
    typed = inquiry_page.read_fields(request.form)
    key = callback_service.parse_idempotency_key(request.form.get("idempotency_key", "")) or str(uuid4())
    g.language = form_page.read_language(request.form, g.language)
    try:
        filled = parse_inquiry_form(typed)
        requester = access_control.identify_requester(get_context(), request, filled.site, g.language)
        accepted = inquiry_service.write_inquiry(get_context(), filled, requester, key)
    except (ValidationError, Problem) as error:
        problem = problem_from_error(error)
        if isinstance(error, ValidationError):
            problem = inquiry_page.add_contact_error(typed, problem)
        if problem.name == "key-reused":
            return _render_inquiry_form(typed.get("site"), typed, str(uuid4()), problem)
        if form_page.field_error_texts(problem, g.language):
            return _render_inquiry_form(typed.get("site"), typed, key, problem)
        raise
    address = url_for("pages.inquiry", ref=accepted.ref, key=accepted.secret, language=_other())
    return make_response(redirect(address, 303))


@blueprint.get("/inquiry/<ref>")
def inquiry(ref: str) -> Response:
    view = inquiry_service.get_inquiry(get_context(), ref, _secret())
    if "language" not in request.args and view.language in catalogues.LANGUAGES:
        g.language = view.language
    values = inquiry_page.inquiry_values(get_context(), view, g.language)
    asked = satisfaction_form.form_values(get_context(), view.ref, g.language, is_done=not view.is_open)
    urls = {
        "inquiry_url": get_context().inquiry_page_url(view.ref, _secret()),
        "satisfaction_url": url_for("pages.answer_inquiry_survey", ref=ref, key=_secret()),
    }
    return _render("inquiry.html", {**values, **asked, **urls})


@blueprint.get("/message")
def message() -> Response:
    return _render("message.html", message_page.template_values(get_context(), g.language))


@blueprint.get("/demo")
def demo() -> Response:
    return _render(
        "demo.html", {"public_url": get_context().public_url, "site": sites.get_site(get_context().plan(), None).name}
    )


@blueprint.get("/button.js")
def button() -> Response:
    offered = get_context().has_outbound_trunk
    response = Response(build_script(offers_callbacks=offered), mimetype="text/javascript")
    max_age = SCRIPT_MAX_AGE_S if offered else WRITING_SCRIPT_MAX_AGE_S
    response.cache_control.public, response.cache_control.max_age = True, max_age
    response.add_etag()
    response.make_conditional(request)
    return response


def render_error(problem: Problem, language: str) -> Response:
    """The page for a refusal: what to do and which number to call."""
    g.language = language
    names = [site.name for site in get_context().plan().callbacks.sites]
    asked = _asked_site()
    values = form_page.error_page_values(get_context(), problem, language)
    response = _render("error.html", {**values, "site": asked if asked in names else None}, problem)
    response.headers.update(problem.headers)
    return response


def _asked_site() -> str | None:
    """The site of the form that was refused; a body that is too large cannot be read here either."""
    try:
        return request.values.get("site")
    except HTTPException:
        return request.args.get("site")


def _render_form(site: str | None, typed: Mapping[str, str], key: str, problem: Problem | None = None) -> Response:
    found = sites.get_site(get_context().plan(), site)
    values = form_page.template_values(get_context(), found, g.language)
    return _render("form.html", {**values, "typed": typed, "idempotency_key": key}, problem)


def _render_inquiry_form(
    site: str | None, typed: Mapping[str, str], key: str, problem: Problem | None = None
) -> Response:
    found = sites.get_site(get_context().plan(), site)
    values = inquiry_page.form_values(get_context(), found, g.language)
    return _render("inquiry_form.html", {**values, "typed": typed, "idempotency_key": key}, problem)


def _render_move(view: VisitorView, typed: Mapping[str, str], problem: Problem | None = None) -> Response:
    offered = build_slot_choices(get_context(), view.public_number, g.language)
    return _render(
        "move.html",
        {**status_page.template_values(get_context(), view, g.language), **offered, "typed": typed},
        problem,
    )


def _render_status(view: VisitorView, problem: Problem | None = None) -> Response:
    values = status_page.template_values(get_context(), view, g.language)
    is_done = view.visitor_status is VisitorStatus.DONE
    asked = satisfaction_form.form_values(get_context(), view.ref, g.language, is_done=is_done)
    urls = {
        "status_url": get_context().status_page_url(view.ref, _secret()),
        "satisfaction_url": url_for("pages.answer_callback_survey", ref=view.ref, key=_secret()),
    }
    return _render("status.html", {**values, **asked, **urls}, problem)


def _get_callback(ref: str) -> VisitorView:
    """The callback; its pages are in the language of the request for it. Raises Problem."""
    view = callback_service.get_callback(get_context(), ref, _secret())
    if "language" not in request.args:
        g.language = view.language
    return view


def _secret() -> str:
    return request.args.get("key", "")


def _redirect_to_status(ref: str, secret: str, moved: int | None = None) -> Response:
    """A redirect (303), so that reloading the next page does not send the form again."""
    return make_response(redirect(url_for("pages.status", ref=ref, key=secret, moved=moved, language=_other()), 303))


def _other() -> str | None:
    """The language of the page for its address: that of a callback is one of the prompts, any other has to be said."""
    return None if g.language in PROMPT_LANGUAGES else g.language


def _render(template: str, values: Mapping[str, object], problem: Problem | None = None) -> Response:
    """The page; `problem` gives its HTTP status and the texts beside the fields or at the top."""
    language = g.language
    text = render_template(
        template,
        language=language,
        other_languages=_other_languages(language),
        organisation=catalogues.choose_text(get_context().plan().organisation.name, language),
        secret=_secret(),
        offers_callbacks=get_context().has_outbound_trunk,
        problem=problem,
        errors=form_page.field_error_texts(problem, language) if problem else EMPTY,
        labels=form_page.field_labels(),
        **values,
    )
    response = make_response(text, problem.kind.status if problem else 200)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def _other_languages(language: str) -> tuple[dict[str, str], ...]:
    """Code and name of each language that the page can also be read in."""
    others = (other for other in catalogues.LANGUAGES if other != language)
    return tuple({"code": other, "name": catalogues.language_name(other)} for other in others)
