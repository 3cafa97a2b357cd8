"""Many users invited at once: a CSV file is read, its report is shown, and only then are they invited."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context
from console.guard import needs
from console.people.forms import BY_MAIL, ImportForm
from console.people.link_reach import link_warning
from console.user_texts import ROW_PROBLEMS
from records.users import administration, users
from records.users.administration import IssuedInvitation
from records.users.invitees import EmailTaken, Invitee
from routing.access import invitation_file
from routing.access.invitation_file import InvitationRow
from routing.access.permissions import Permission, Role
from routing.access.role_names import ROLE_LABELS, role_names
from routing.tables import TableError, decode_table
from translations.message import translatable
from translations.web import ngettext
from web.language import current_language, translate

blueprint = Blueprint("people_import", __name__, url_prefix="/people/import")


@blueprint.get("")
@needs(Permission.MANAGE_USERS)
def choose_file() -> str:
    return _render_import(ImportForm(formdata=None))


@blueprint.post("")
@needs(Permission.MANAGE_USERS)
def review() -> str | tuple[str, int]:
    """Shows the report, line by line; nobody is invited yet."""
    form = ImportForm()
    try:
        text = decode_table(form.file.data.read()) if form.file.data else form.text.data or ""
    except TableError as error:
        return _render_refusal(form, error)
    if not text.strip():
        form.add_error("file", translatable("Choose a file."))
        return _render_import(form), 422
    return _render_report(form, text)


@blueprint.post("/invite")
@needs(Permission.MANAGE_USERS)
def invite() -> Response | str | tuple[str, int]:
    """Invites everybody whose line has no problem: by mail, or with links that are shown this once."""
    form, text = ImportForm(), request.form.get("text", "")
    try:
        invitees = [Invitee(row.name, row.email, row.role, row.language) for row in _valid_rows(_read_rows(text))]
        if get_context().sends_mail and request.form.get("by") == BY_MAIL:
            return _invite_by_mail(invitees)
        invited = administration.invite_users(
            get_context().database, current_actor(), invitees, at=get_context().clock()
        )
    except (TableError, EmailTaken):  # the text was changed, or an address was taken meanwhile
        return _render_report(form, text)
    links = [
        (each.user, get_context().external_url("welcome.accept_invitation", secret=each.secret)) for each in invited
    ]
    warning = link_warning(get_context().url)
    return render_template("people/imported.html", links=links, download=_links_csv_uri(invited), warning=warning)


def _invite_by_mail(invitees: Sequence[Invitee]) -> Response:
    """Raises EmailTaken."""
    database, actor, now = get_context().database, current_actor(), get_context().clock()
    invited = administration.invite_users_by_mail(database, actor, invitees, at=now)
    flash(ngettext("%(num)s invitation goes out by e-mail.", "%(num)s invitations go out by e-mail.", len(invited)))
    return redirect(url_for("people.list_users"), 303)


def _render_import(form: ImportForm) -> str:
    usual_role = translate(ROLE_LABELS[Role.STAFF])
    return render_template("people/import.html", form=form, roles=role_names(current_language()), usual_role=usual_role)


def _render_report(form: ImportForm, text: str) -> str | tuple[str, int]:
    try:
        rows = _read_rows(text)
    except TableError as error:
        return _render_refusal(form, error)
    return render_template(
        "people/import_report.html",
        rows=rows,
        problems=ROW_PROBLEMS,
        valid=len(_valid_rows(rows)),
        text=text,
        sends_mail=get_context().sends_mail,
    )


def _render_refusal(form: ImportForm, error: TableError) -> tuple[str, int]:
    form.add_error("file", error.message)
    return _render_import(form), 422


def _read_rows(text: str) -> tuple[InvitationRow, ...]:
    known_emails = [user.email for user in users.list_users(get_context().database, current_actor())]
    return invitation_file.read_invitations(text, known_emails=known_emails)


def _valid_rows(rows: Sequence[InvitationRow]) -> list[InvitationRow]:
    return [row for row in rows if not row.problem]


def _links_csv_uri(invited: Sequence[IssuedInvitation]) -> str:
    """The links as a CSV file; its byte order mark tells a spreadsheet that it is UTF-8."""
    rows = [
        f"{each.user.email};{get_context().external_url('welcome.accept_invitation', secret=each.secret)}"
        for each in invited
    ]
    return "data:text/csv;charset=utf-8," + quote("\r\n".join(["\ufeffemail;link", *rows]))
