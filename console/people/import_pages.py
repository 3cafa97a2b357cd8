"""Many users invited at once: a CSV file is read, its report is shown, and only then are they invited."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, render_template, request

from console.context import current_actor, get_context
from console.guard import needs
from console.people.forms import ImportForm
from console.user_texts import ROW_PROBLEMS
from records.users import administration, users
from records.users.administration import IssuedInvitation
from records.users.invitees import EmailTaken, Invitee
from routing.access import invitation_file
from routing.access.invitation_file import InvitationRow
from routing.access.permissions import Permission
from routing.tables import TableError, decode_table
from translations.message import translatable

blueprint = Blueprint("people_import", __name__, url_prefix="/people/import")


@blueprint.get("")
@needs(Permission.MANAGE_USERS)
def choose_file() -> str:
    return render_template("people/import.html", form=ImportForm(formdata=None))


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
        return render_template("people/import.html", form=form), 422
    return _render_report(form, text)


@blueprint.post("/invite")
@needs(Permission.MANAGE_USERS)
def invite() -> str | tuple[str, int]:
    """Invites everybody whose line has no problem, and shows the links, this once."""
    form, text = ImportForm(), request.form.get("text", "")
    try:
        invitees = [Invitee(row.name, row.email, row.role, row.language) for row in _valid_rows(_read_rows(text))]
        invited = administration.invite_users(
            get_context().database, current_actor(), invitees, at=get_context().clock()
        )
    except (TableError, EmailTaken):  # the text was changed, or an address was taken meanwhile
        return _render_report(form, text)
    links = [
        (each.user, get_context().external_url("welcome.accept_invitation", secret=each.secret)) for each in invited
    ]
    return render_template("people/imported.html", links=links, download=_links_csv_uri(invited))


def _render_report(form: ImportForm, text: str) -> str | tuple[str, int]:
    try:
        rows = _read_rows(text)
    except TableError as error:
        return _render_refusal(form, error)
    return render_template(
        "people/import_report.html", rows=rows, problems=ROW_PROBLEMS, valid=len(_valid_rows(rows)), text=text
    )


def _render_refusal(form: ImportForm, error: TableError) -> tuple[str, int]:
    form.add_error("file", error.message)
    return render_template("people/import.html", form=form), 422


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
