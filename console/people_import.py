"""Fifty people invited at once: a file is read, its report is looked at, and only then somebody is invited."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, render_template, request
from flask_wtf.file import FileField
from wtforms import TextAreaField

from console.door import door, viewer
from console.forms import Form
from console.guard import needs
from records import account_changes, accounts
from records.account_changes import Invited
from records.newcomers import EmailTaken, Newcomer
from routing import people_file
from routing.people_file import Line, PeopleFileError
from routing.permissions import Right

blueprint = Blueprint("people_import", __name__, url_prefix="/people/import")


class ImportForm(Form):
    """`text` is what the file held, when its report is confirmed."""

    file = FileField()
    text = TextAreaField()


@blueprint.get("")
@needs(Right.MANAGE_PEOPLE)
def choose() -> str:
    return render_template("import.html", form=ImportForm(formdata=None))


@blueprint.post("")
@needs(Right.MANAGE_PEOPLE)
def check() -> str | tuple[str, int]:
    """The report, line by line; nobody is invited yet."""
    form = ImportForm()
    text = people_file.decoded(form.file.data.read()) if form.file.data else form.text.data or ""
    if not text.strip():
        form.refuse("file", "file:missing")
        return render_template("import.html", form=form), 422
    return _report(form, text)


@blueprint.post("/invite")
@needs(Right.MANAGE_PEOPLE)
def invite() -> str | tuple[str, int]:
    """Invites whoever has a line without a problem, and shows the links, this once."""
    form, text = ImportForm(), request.form.get("text", "")
    try:
        newcomers = [Newcomer(line.name, line.email, line.role, line.language) for line in _good(_lines(text))]
        invited = account_changes.invite(door().base, viewer(), newcomers, at=door().clock())
    except (PeopleFileError, EmailTaken):  # it was changed, or somebody was quicker: look again
        return _report(form, text)
    links = [(each.account, door().link("welcome.choose", secret=each.secret)) for each in invited]
    return render_template("imported.html", links=links, download=_download(invited))


def _report(form: ImportForm, text: str) -> str | tuple[str, int]:
    try:
        lines = _lines(text)
    except PeopleFileError as error:
        form.refuse("file", f"file:{error.reason}")
        return render_template("import.html", form=form), 422
    return render_template("import_report.html", lines=lines, good=len(_good(lines)), text=text)


def _lines(text: str) -> tuple[Line, ...]:
    known = [account.email for account in accounts.all(door().base, viewer())]
    return people_file.read(text, known=known)


def _good(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not line.problem]


def _download(invited: Sequence[Invited]) -> str:
    """The links as a file that a spreadsheet opens (with the mark by which it knows UTF-8)."""
    rows = [f"{each.account.email};{door().link('welcome.choose', secret=each.secret)}" for each in invited]
    return "data:text/csv;charset=utf-8," + quote("\r\n".join(["\ufeffemail;link", *rows]))
