"""The accounts of people of an overflow centre: added one by one or from a file, given a new link, closed."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console.centres.forms import PeopleForm, PersonForm
from console.centres.pages import list_names
from console.context import current_actor, get_context
from console.guard import needs
from console.people.link_reach import link_warning
from console.plan.current_plan import get_plan_in_force
from records.centres import accounts
from records.centres.accounts import AddressTaken, CentreAccount, IssuedLink, NewAccount
from records.centres.contracts import get_current_contract
from records.errors import NotFound
from routing.access.permissions import Permission
from routing.centres.people import CENTRE_ROLES, PROBLEMS, CentrePerson, CentreRole, find_problem, read_people
from routing.centres.reporting import is_over
from routing.tables import TableError, decode_table
from translations.catalogues import LANGUAGES, language_name
from translations.message import translatable
from translations.web import gettext

blueprint = Blueprint("centres_people", __name__, template_folder="templates", url_prefix="/centres/<name>/people")
MAX_BYTES = 1_000_000


@blueprint.get("")
@needs(Permission.MANAGE_USERS)
def list_people(name: str) -> str:
    return _render(name)


@blueprint.post("")
@needs(Permission.MANAGE_USERS)
def add_person(name: str) -> str | tuple[str, int]:
    """An account for one person, and the link to hand over."""
    form, title = PersonForm(), _find_title(name)
    if _has_ended(name):
        return _render(name, form), 409
    email = (form.email.data or "").lower()
    problem = find_problem(
        form.name.data or "", email, accounts.list_addresses(get_context().database, current_actor())
    )
    is_valid = form.validate()
    if problem:
        form.add_error("name" if problem.startswith("name") else "email", PROBLEMS[problem])
    if problem or not is_valid:
        return _render(name, form), 422
    role = CentreRole(form.role.data)
    return _add(name, title, [NewAccount(form.name.data, email, role, form.language.data)], form)


@blueprint.post("/import")
@needs(Permission.MANAGE_USERS)
def import_people(name: str) -> str | tuple[str, int]:
    """Accounts for everybody of a file, or for nobody: then the page says what is wrong with which line."""
    form, title = PeopleForm(), _find_title(name)
    if _has_ended(name):
        return _render(name), 409
    taken = accounts.list_addresses(get_context().database, current_actor())
    try:
        content = form.people.data.read(MAX_BYTES + 1) if form.people.data else b""
        people = read_people(decode_table(content), taken)
    except TableError as error:
        form.add_error("people", error.message)
        return _render(name, people_form=form), 422
    wrong = [each for each in people if each.problem]
    if wrong or not people:
        form.add_error(
            "people",
            translatable("Nobody was added: correct the lines below, and import the file again.")
            if wrong
            else translatable("Choose a file that names somebody."),
        )
        return _render(name, people_form=form, wrong=wrong), 422
    return _add(name, title, [NewAccount(each.name, each.email, each.role, each.language) for each in people])


@blueprint.post("/<int:account_id>/link")
@needs(Permission.MANAGE_USERS)
def renew_link(name: str, account_id: int) -> str | tuple[str, int]:
    """They start again, with a new link; a closed account is open again, unless the contract has ended."""
    account = _find_account(name, account_id)
    if _has_ended(name):
        return _render(name), 409
    link = accounts.renew_link(get_context().database, current_actor(), account.id, at=get_context().clock())
    return _render_links(name, _find_title(name), [link])


@blueprint.post("/<int:account_id>/close")
@needs(Permission.MANAGE_USERS)
def close(name: str, account_id: int) -> Response:
    account = _find_account(name, account_id)
    accounts.close_account(get_context().database, current_actor(), account.id, at=get_context().clock())
    flash(gettext("%(name)s can no longer log in; all sessions have ended.", name=account.name))
    return redirect(url_for("centres_people.list_people", name=name), 303)


def _add(name: str, title: str, people: Sequence[NewAccount], form: PersonForm | None = None) -> str | tuple[str, int]:
    try:
        links = accounts.add_accounts(get_context().database, current_actor(), name, people, at=get_context().clock())
    except AddressTaken:  # in this very moment
        form = form or PersonForm(formdata=None)
        form.add_error("email", PROBLEMS["email:taken"])
        return _render(name, form), 422
    return _render_links(name, title, links)


def _render(
    name: str,
    form: PersonForm | None = None,
    people_form: PeopleForm | None = None,
    wrong: Sequence[CentrePerson] = (),
) -> str:
    return render_template(
        "centres/people.html",
        name=name,
        title=_find_title(name),
        accounts=accounts.list_accounts(get_context().database, current_actor(), name),
        form=form or PersonForm(formdata=None),
        people_form=people_form or PeopleForm(formdata=None),
        wrong=wrong,
        problems=PROBLEMS,
        roles=CENTRE_ROLES,
        languages={code: language_name(code) for code in LANGUAGES},
        address=get_context().centre_url,
        has_ended=_has_ended(name),
    )


def _render_links(name: str, title: str, links: Sequence[IssuedLink]) -> str:
    url = get_context().centre_url
    shown = [(each.account, f"{url}/welcome/{each.secret}") for each in links]
    return render_template("centres/links.html", name=name, title=title, links=shown, warning=link_warning(url))


def _find_title(name: str) -> str:
    """What people call the centre; 404 for one that never existed."""
    return list_names(get_plan_in_force().plan).get(name) or abort(404)


def _has_ended(name: str) -> bool:
    plan = get_plan_in_force().plan
    return is_over(get_current_contract(plan.overflow, name), get_context().clock().astimezone(plan.timezone).date())


def _find_account(name: str, account_id: int) -> CentreAccount:
    _find_title(name)
    found = accounts.list_accounts(get_context().database, current_actor(), name)
    for each in found:
        if each.id == account_id:
            return each
    raise NotFound("There is no such account.")
