"""Users: invited, imported, edited, deactivated."""

import html
import io
import re

import pytest
from console_client import PASSWORD, ConsoleApp, ConsoleUser
from plan_section import form_fields
from unbroken_spaces import with_ordinary_spaces

from console.people.link_reach import link_warning
from console.people.roles import explain_roles
from records import changes
from records.actor import command_line_actor
from records.staff import agents
from records.users import invitations, users
from records.users.users import User
from routing.access.permissions import Permission, Role
from routing.access.role_names import PERMISSION_LABELS

US = command_line_actor("test")
OTHER = "soleil route orange"
FILE = """\
Nom;E-mail;Rôle;Langue
Anne Exemple;anne@example.org;superviseur;fr
Basile Exemple;BASILE@example.org;;en
=cmd();carla@example.org;;
Dora Exemple;no address;;
Emil Exemple;anne@example.org;;
Fanny Exemple;fanny@example.org;chef;
Gaël Exemple;p1@example.org;standard;fr
Hugo Exemple;hugo@example.org;standard;de

"""


@pytest.fixture
def admin(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(user=console.add_user(Role.ADMINISTRATOR, password=PASSWORD))


def find_invitation_link(page: str) -> str:
    found = re.search(r"http://localhost(/welcome/[\w-]+)", html.unescape(page))
    assert found, page
    return found[1]


def get_user(console: ConsoleApp, email: str) -> User:
    return users.get_user_by_email(console.database, US, email)


def invite(admin: ConsoleUser, **fields: object) -> str:
    whole = {"name": "Anne", "email": "anne@example.org", "role": "staff", "agent": "", "language": "fr"}
    return admin.post("/people/invite", {**whole, **fields}).text


def test_an_invited_user_chooses_a_password_by_a_link_that_opens_once(console: ConsoleApp, admin: ConsoleUser) -> None:
    link = find_invitation_link(invite(admin, role="message_editor", language="en"))
    assert "Invité" in admin.get("/people").text
    visitor = console.anonymous_user()
    assert "Bonjour Anne" in visitor.get(link).text

    short = visitor.post(link, {"new": "short"})
    assert short.status_code == 422 and "trop court" in short.text
    assert visitor.post(link, {"new": PASSWORD}).location == "/"

    assert "My account" in visitor.get("/own").text  # signed in, in the language of the invitation
    assert console.anonymous_user().get(link).status_code == 404
    assert console.anonymous_user().post(link, {"new": OTHER}).status_code == 404
    anne = get_user(console, "anne@example.org")
    assert (anne.role, anne.language, anne.has_password) == (Role.MESSAGE_EDITOR, "en", True)


def test_an_invitation_lasts_72_hours_and_ends_with_the_account(console: ConsoleApp, admin: ConsoleUser) -> None:
    link, other = find_invitation_link(invite(admin)), find_invitation_link(invite(admin, email="basile@example.org"))
    basile = get_user(console, "basile@example.org")
    assert admin.post(f"/people/{basile.id}/deactivate").status_code == 303
    assert console.anonymous_user().get(other).status_code == 404

    console.advance_clock(hours=71)
    assert console.anonymous_user().get(link).status_code == 200
    console.advance_clock(hours=1)
    assert console.anonymous_user().get(link).status_code == 404


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": ""}, "Écrivez le nom."),
        ({"name": "=1+1"}, "qui ne commence pas par"),
        ({"name": "x" * 81}, "80 caractères"),
        ({"email": "anne@"}, "prenom.nom@exemple.fr"),
        ({"email": "p1@example.org"}, "a déjà un compte"),
        ({"role": "chief"}, "un rôle de la liste"),
        ({"language": "de"}, "Choisissez fr ou en"),
    ],
)
def test_an_invalid_invitation_is_refused_with_the_reason(
    admin: ConsoleUser, fields: dict[str, str], reason: str
) -> None:
    assert reason in html.unescape(invite(admin, **fields))


def test_a_list_is_checked_line_by_line_before_anybody_is_invited(console: ConsoleApp, admin: ConsoleUser) -> None:
    sent = {"file": (io.BytesIO(FILE.encode("cp1252")), "liste.csv")}
    report = admin.post("/people/import", sent, content_type="multipart/form-data")
    text = html.unescape(report.text)
    assert "2 sur 8 peuvent être invités" in text and "Inviter ces 2 personnes" in text
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in text.split("<tr")[2:]]
    assert [(row[0], row[-1].partition(" ")[0]) for row in cells] == [
        *(("2", "Peut"), ("3", "Peut"), ("4", "Écrivez"), ("5", "Écrivez"), ("6", "Cette")),
        *(("7", "Choisissez"), ("8", "Cette"), ("9", "Choisissez")),
    ]
    assert len(users.list_users(console.database, US)) == 1

    kept = html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", report.text, re.DOTALL)[1])
    done = html.unescape(admin.post("/people/import/invite", {"text": kept}).text)
    assert "2 invitations" in done and done.count("/welcome/") >= 2
    anne, basile = get_user(console, "anne@example.org"), get_user(console, "basile@example.org")
    assert [(one.role, one.language) for one in (anne, basile)] == [(Role.SUPERVISOR, "fr"), (Role.STAFF, "en")]

    again = html.unescape(admin.post("/people/import/invite", {"text": kept}).text)
    assert "<h1>0 invitation</h1>" in again and len(users.list_users(console.database, US)) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Choisissez un fichier"),
        (b"name;phone\nAnne;1", "il manque la colonne « email »"),
        (b'name;email\n"Anne;anne@example.org', "guillemet"),
        (b"name;email\n" + b"A;a@example.org\n" * 501, "plus de 500 lignes"),
        (b"PK\x03\x04" + b"\x00\x01\xff" * 50, "n'est pas du texte"),
    ],
)
def test_an_unreadable_file_is_refused_with_the_reason(admin: ConsoleUser, content: bytes, reason: str) -> None:
    answer = admin.post("/people/import", {"file": (io.BytesIO(content), "x.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 422 and reason in html.unescape(answer.text)


def test_another_role_ends_the_sessions_at_once_and_is_in_the_change_log(
    console: ConsoleApp, admin: ConsoleUser
) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    assert staff.get("/changes").status_code == 200
    form = {"name": staff.user.name, "role": "staff", "agent": ""}
    assert admin.post(f"/people/{staff.user.id}", form).status_code == 303

    assert staff.get("/changes").location == "/login"
    assert console.sign_in(user=staff.user).get("/changes").status_code == 403
    page = re.sub(r"\s+", " ", html.unescape(admin.get("/changes").text))
    assert "Rôle : <del>Superviseur</del> → <ins>Agent d'accueil</ins>" in page
    assert admin.user.name in page and staff.user.email in page


def test_a_deactivated_user_loses_the_session_and_returns_by_a_new_link(
    console: ConsoleApp, admin: ConsoleUser
) -> None:
    staff = console.sign_in(user=console.add_user(password=PASSWORD))
    where = f"/people/{staff.user.id}"
    assert admin.post(f"{where}/deactivate").status_code == 303
    assert staff.get("/own").location == "/login"
    assert "Désactivé" in admin.get("/people").text
    old = {"email": staff.user.email, "password": PASSWORD}
    assert console.anonymous_user().post("/login", old).status_code == 403

    link = find_invitation_link(admin.post(f"{where}/reset").text)
    assert console.anonymous_user().post("/login", old).status_code == 403
    assert console.anonymous_user().post(link, {"new": OTHER}).location == "/"
    assert console.anonymous_user().post("/login", {**old, "password": OTHER}).status_code == 303


def test_a_new_link_replaces_the_previous_link(console: ConsoleApp, admin: ConsoleUser) -> None:
    first = find_invitation_link(invite(admin))
    anne = get_user(console, "anne@example.org")
    second = find_invitation_link(admin.post(f"/people/{anne.id}/reset").text)
    assert console.anonymous_user().get(first).status_code == 404
    assert console.anonymous_user().get(second).status_code == 200


def test_the_last_administrator_stays(console: ConsoleApp, admin: ConsoleUser) -> None:
    console.add_user(Role.ADMINISTRATOR)  # never logged in, so does not count
    where = f"/people/{admin.user.id}"
    assert "dernier administrateur" in admin.post(f"{where}/deactivate").text
    form = {"name": "Other", "role": "staff", "agent": ""}
    assert "dernier administrateur" in admin.post(where, form).text

    console.add_user(Role.ADMINISTRATOR, password=PASSWORD)
    assert admin.post(where, form).status_code == 303
    assert admin.get("/people").location == "/login"


def test_a_telephone_belongs_to_one_user(console: ConsoleApp, admin: ConsoleUser) -> None:
    agents.create_sip_accounts(console.database, {"p01": "secret"})
    anne = agents.add_agent(console.database, "Anne", language="fr", at=console.now)
    assert "/welcome/" in invite(admin, agent=str(anne.id))
    assert get_user(console, "anne@example.org").agent_id == anne.id
    assert "déjà attribué à quelqu'un d'autre" in html.unescape(
        invite(admin, email="b@example.org", agent=str(anne.id))
    )


def test_the_link_of_the_first_administrator_is_worthless_once_there_is_a_user(
    console: ConsoleApp,
) -> None:
    older = invitations.create_first_invitation(console.database, at=console.now)
    secret = invitations.create_first_invitation(console.database, at=console.now)
    visitor, other = console.anonymous_user(), console.anonymous_user()
    assert visitor.get(f"/welcome/{older}").status_code == 404
    assert "Vous êtes la première personne ici" in visitor.get(f"/welcome/{secret}").text

    form = {"name": "Anne", "email": "anne@example.org", "new": PASSWORD}
    assert visitor.post(f"/welcome/{secret}", form).location == "/"
    assert visitor.get("/people").location == "/own/second-factor"

    assert other.post(f"/welcome/{secret}", {**form, "email": "b@example.org"}).status_code == 404
    assert invitations.create_first_invitation(console.database, at=console.now) is None
    assert get_user(console, "anne@example.org").role is Role.ADMINISTRATOR
    assert [each.kind for each in changes.list_changes(console.database, US)] == ["account.password", "account.invited"]


def test_names_are_escaped(console: ConsoleApp, admin: ConsoleUser) -> None:
    name = "<script>alert(1)</script> {{ 7*7 }} O'Neill"
    invite(admin, name=name)
    for page in ("/people", "/changes"):
        text = admin.get(page).text
        assert "<script>alert" not in text and name in html.unescape(text)


def test_people_are_found_by_name_address_and_role_without_accents_or_case(
    console: ConsoleApp, admin: ConsoleUser
) -> None:
    invite(admin, name="Élodie Martin", email="em@example.org", role="message_editor")
    for words in ("elodie", "ÉLODIE martin", "em@example", "martin redac"):
        text = html.unescape(admin.get("/people", query_string={"q": words}).text)
        assert "em@example.org" in text and "p1@example.org" not in text, words
    nobody = html.unescape(admin.get("/people?q=zzz").text)
    assert "Personne ne correspond à « zzz »" in nobody


def test_every_role_is_explained_by_the_table_of_permissions(admin: ConsoleUser) -> None:
    listed, chosen = (html.unescape(admin.get(page).text) for page in ("/people", "/people/invite"))
    for each in explain_roles():
        assert with_ordinary_spaces(" · ".join(ability.in_language("fr") for ability in each.abilities)) in listed
        assert with_ordinary_spaces(" · ".join(ability.in_language("fr") for ability in each.summary)) in chosen
    assert "tout ce que permet « Superviseur »" in chosen and "tout ce que permet « Agent d'accueil »" in chosen
    assert set(PERMISSION_LABELS) == set(Permission)


def test_a_new_role_is_told_on_the_next_page_and_once(console: ConsoleApp, admin: ConsoleUser) -> None:
    user = console.add_user(Role.STAFF, password=PASSWORD)
    admin.post(f"/people/{user.id}", {"name": user.name, "role": "supervisor", "agent": ""})
    staff = console.sign_in(user=user)
    first = html.unescape(staff.get("/own").text)
    assert "Votre rôle a changé : Agent d'accueil → Superviseur." in first
    assert "Votre rôle a changé" not in staff.get("/own").text


def test_the_pin_of_somebody_who_may_not_publish_is_not_spoken_of(console: ConsoleApp, admin: ConsoleUser) -> None:
    staff, editor = console.sign_in(Role.STAFF), console.sign_in(Role.MESSAGE_EDITOR)
    assert "/own/phone" not in staff.get("/own").text and staff.get("/own/phone").status_code == 403
    assert "/own/phone" in editor.get("/own").text and editor.get("/own/phone").status_code == 200


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://127.0.0.1:8081", "que sur cette machine"),
        ("http://localhost:8081", "que sur cette machine"),
        ("http://[::1]:8081", "que sur cette machine"),
        ("http://192.168.1.20:8081", "que depuis votre réseau"),
        ("http://accueil", "que depuis votre réseau"),
        ("http://accueil.lan/console", "que depuis votre réseau"),
        ("https://accueil.example.org", ""),
    ],
)
def test_a_link_that_colleagues_cannot_open_has_a_warning(url: str, warned: str) -> None:
    warning = link_warning(url)
    assert (warned in warning.in_language("fr")) if warning else not warned


def test_of_two_who_change_a_person_the_second_is_told_and_what_they_typed_stays(
    console: ConsoleApp, admin: ConsoleUser
) -> None:
    person = console.add_user(Role.STAFF, name="Basile")
    page = f"/people/{person.id}"
    first, second = (form_fields(admin.get(page)) for _ in range(2))
    role = {"role": "staff"}
    assert admin.post(page, {**first, **role, "name": "Basile Un"}).status_code == 303
    answer = admin.post(page, {**second, **role, "name": "Basile Deux"})
    assert answer.status_code == 409 and "a modifié cette personne" in html.unescape(answer.text)
    assert form_fields(answer)["name"] == "Basile Deux"
    assert users.get_user(console.database, command_line_actor("test"), person.id).name == "Basile Un"
    assert admin.post(page, {**form_fields(answer), **role}).status_code == 303  # after they have looked
