"""The pages of the operators' trunks."""

import html
import re
from pathlib import Path

import pyotp
import pytest
from console_client import ConsoleUser
from naughty_strings import NAUGHTY_STRINGS
from reception import wait_for
from sqlalchemy import update
from trunk_console import TrunkConsole

from records import trunks
from records.database.engine import Database
from records.plan import plan_versions
from records.schema import User
from records.trunks import StoredTrunk
from routing.access.permissions import Role
from routing.trunks import Trunk

PASSWORD = "a-canary-password"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ACCOUNT = {"label": "Opérateur Sud", "address": "198.51.100.20", "user": "moi", "password": PASSWORD}
PAGE = "/settings/trunks/operateur_sud"


@pytest.fixture
def console(database: Database, tmp_path: Path) -> TrunkConsole:
    return TrunkConsole(database, tmp_path)


@pytest.fixture
def admin(console: TrunkConsole) -> ConsoleUser:
    return console.sign_in(Role.ADMINISTRATOR)


def stored(console: TrunkConsole) -> tuple[StoredTrunk, ...]:
    return trunks.list_trunks(console.database, console.installation.secret_box)


def errors(staff: ConsoleUser, path: str, fields: dict[str, object]) -> str:
    answer = staff.post(path, fields)
    assert answer.status_code == 422, answer.status_code
    return html.unescape(answer.text)


def password_of(console: TrunkConsole) -> str:
    return stored(console)[0].trunk.password.get_secret_value()


def test_a_trunk_is_added_changed_and_removed(console: TrunkConsole, admin: ConsoleUser) -> None:
    assert "Aucune ligne pour le moment" in html.unescape(admin.get("/settings/trunks").text)

    assert admin.post("/settings/trunks/new", ACCOUNT).location == f"{PAGE}/test"
    (added,) = stored(console)
    assert (added.name, added.label, added.trunk.user) == ("operateur_sud", "Opérateur Sud", "moi")
    assert f"password = {PASSWORD}" in console.asterisk_file("pjsip.conf")

    renamed = {**ACCOUNT, "label": "Opérateur Nord", "password": "", "nat": "y", "networks": "198.51.100.32/28"}
    assert admin.post(PAGE, renamed).status_code == 303
    (changed,) = stored(console)
    assert (changed.label, changed.trunk.nat, password_of(console)) == ("Opérateur Nord", True, PASSWORD)
    shown = "".join(admin.get(path).text for path in ("/settings/trunks", PAGE, f"{PAGE}/test", "/changes"))
    assert "Opérateur Nord" in html.unescape(shown)
    assert PASSWORD not in shown

    assert "Cochez la case" in errors(admin, f"{PAGE}/remove", {})
    assert "la dernière" in html.unescape(admin.get(f"{PAGE}/remove").text)
    assert admin.post(f"{PAGE}/remove", {"confirmed": "y"}).status_code == 303
    assert stored(console) == ()
    assert PASSWORD not in console.asterisk_file("pjsip.conf")


MISTAKES = [
    ("label", "", "Donnez-lui un nom"),
    ("label", "x" * 61, "60 caractères au plus"),
    ("address", "sip:op", "« sip:op » n'est pas une adresse"),
    ("address", "op.example\n[evil]", "n'est pas une adresse"),
    ("address", "", "« » n'est pas une adresse"),
    ("address", "224.0.0.1", "224.0.0.1 ne peut pas être à un opérateur"),
    ("address", "x" * 254, "n'est pas une adresse"),
    ("port", "0", "« 0 » n'est pas un port"),
    ("port", "70000", "« 70000 » n'est pas un port"),
    ("port", "sip", "« sip » n'est pas un port"),
    ("user", "moi@op", "« moi@op » ne peut pas être un utilisateur"),
    ("password", "", "Saisissez le mot de passe de cet utilisateur"),
    ("password", "a\nb", "sans retour à la ligne"),
    ("password", "x" * 129, "128 caractères au plus"),
    ("networks", "198.51.100.0/24\n300.1.2.3", "« 300.1.2.3 » n'est pas un réseau"),
    ("networks", "\n".join(f"198.51.100.{host}" for host in range(65)), "plus de 64 réseaux"),
    ("networks", "198.0.0.0/8", "198.0.0.0/8 ne peut pas être à un opérateur"),
    ("networks", "192.168.0.0/24", "192.168.0.0/24 se trouve dans un réseau privé"),
    ("user", "x" * 65, "ne peut pas être un utilisateur"),
    ("password", " a", "ni espace au début ou à la fin"),
    ("numbers", "short", "Choisissez dans la liste"),
    ("codecs", "opus", "Choisissez dans la liste"),
    ("refusal_code", "404", "Choisissez dans la liste"),
    ("identity", "to", "Il faut pour cela un utilisateur"),
    ("label", "a\u202eb", "un caractère qui ne peut pas être affiché"),
    ("calls_per_second", "0", "« 0 » n'est pas un nombre de 1 à 100"),
    ("calls_per_second", "1000", "« 1000 » n'est pas un nombre de 1 à 100"),
    ("qualify_s", "-1", "« -1 » n'est pas un nombre de 0 à 3600"),
    ("srtp", "y", "La voix ne peut être chiffrée qu'avec TLS"),
    ("transport", "sctp", "Choisissez dans la liste"),
    ("caller_ids", "0199000000", "0199000000 ne peut pas être présenté"),
    ("caller_ids", "+33639980001", "+33639980001 ne peut pas être présenté"),
]
"""A field, what is typed there, and what the page says: one for each thing that can be wrong with a trunk."""


def test_each_setting_that_can_be_wrong_has_a_mistake_here() -> None:
    assert {field for field, *_ in MISTAKES} | {"privacy", "nat"} == {*Trunk.model_fields, "label"}


@pytest.mark.parametrize(("field", "typed", "said"), MISTAKES)
def test_a_mistake_is_named_at_its_field(
    console: TrunkConsole, admin: ConsoleUser, field: str, typed: str, said: str
) -> None:
    page = errors(admin, "/settings/trunks/new", {**ACCOUNT, field: typed})

    assert said.replace("« »", "«  »") in page or said in page
    assert f'id="{field}' in page
    assert PASSWORD not in page
    assert stored(console) == ()


def test_identity_in_a_header_of_its_own_needs_an_account(admin: ConsoleUser) -> None:
    fields = {"label": "Op", "address": "198.51.100.20", "identity": "pai"}
    assert "Il faut pour cela un utilisateur" in errors(admin, "/settings/trunks/new", fields)


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "192.168.1.1", "100.64.0.1"])
def test_a_private_address_is_taken_once_it_is_confirmed(
    console: TrunkConsole, admin: ConsoleUser, address: str
) -> None:
    fields = {"label": "Interne", "address": address}
    page = errors(admin, "/settings/trunks/new", fields)
    assert f"{address} se trouve dans un réseau privé" in page
    assert 'name="is_private_meant"' in page

    assert admin.post("/settings/trunks/new", {**fields, "is_private_meant": "y"}).status_code == 303
    assert admin.post("/settings/trunks/interne", {**fields, "nat": "y"}).status_code == 303  # not asked again


@pytest.mark.parametrize("field", ["address", "user", "port"])
def test_the_password_is_typed_again_when_it_would_go_to_somebody_else(
    console: TrunkConsole, admin: ConsoleUser, field: str
) -> None:
    admin.post("/settings/trunks/new", ACCOUNT)
    other = {"address": "198.51.100.21", "user": "lui", "port": "5070"}[field]

    page = errors(admin, PAGE, {**ACCOUNT, "password": "", field: other})

    assert "partirait chez quelqu'un d'autre" in page
    assert admin.post(PAGE, {**ACCOUNT, "password": "another", field: other}).status_code == 303
    assert password_of(console) == "another"


def test_the_second_of_two_editors_is_told_and_what_they_typed_stays(console: TrunkConsole, admin: ConsoleUser) -> None:
    admin.post("/settings/trunks/new", ACCOUNT)
    seen = shown_revision(admin.get(PAGE).text)
    other = console.sign_in(Role.ADMINISTRATOR)
    console.advance_clock(seconds=1)
    assert other.post(PAGE, {**ACCOUNT, "password": "", "label": "De l'autre", "seen": seen}).status_code == 303

    refused = admin.post(PAGE, {**ACCOUNT, "password": "", "port": "5070", "nat": "y", "seen": seen, "label": "Mien"})
    again = admin.post(PAGE, {**ACCOUNT, "password": "", "nat": "y", "seen": seen, "label": "Mien"})

    assert refused.status_code == 422  # another port: first of all the password is asked for
    assert again.status_code == 409
    assert "Quelqu'un d'autre vient de modifier cette ligne" in html.unescape(again.text)
    assert 'value="Mien"' in again.text
    assert stored(console)[0].label == "De l'autre"
    fields = {**ACCOUNT, "password": "", "nat": "y", "seen": shown_revision(again.text), "label": "Mien"}
    assert admin.post(PAGE, fields).status_code == 303
    assert (stored(console)[0].label, password_of(console)) == ("Mien", PASSWORD)


def shown_revision(page: str) -> str:
    found = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_without_the_key_the_page_says_what_to_do(console: TrunkConsole, admin: ConsoleUser) -> None:
    admin.post("/settings/trunks/new", ACCOUNT)
    console.installation.settings.trunk_key_file.write_text("")

    assert "ne peut pas être lu" in html.unescape(admin.get("/settings/trunks").text)
    assert "ne peut pas être lu" in errors(admin, PAGE, {**ACCOUNT, "password": ""})


def test_without_asterisk_on_the_machine_trunks_are_kept_and_the_test_says_so(
    database: Database, tmp_path: Path
) -> None:
    console = TrunkConsole(database, tmp_path, asterisk=str(tmp_path / "no-asterisk"))
    admin = console.sign_in(Role.ADMINISTRATOR)
    assert admin.post("/settings/trunks/new", ACCOUNT).location == f"{PAGE}/test"
    wait_for(lambda: "aucun Asterisk sur cette machine" in admin.get(f"{PAGE}/test").text, "the end of the test")
    assert admin.post(PAGE, {**ACCOUNT, "label": "Nord", "password": ""}).status_code == 303
    assert [trunk.label for trunk in stored(console)] == ["Nord"]

    assert "Nord" in admin.get(f"{PAGE}/remove").text
    assert admin.post(f"{PAGE}/remove", {"confirmed": "y"}).location == "/settings/trunks"
    assert stored(console) == ()


def test_another_trunk_is_chosen_for_our_calls(console: TrunkConsole, admin: ConsoleUser) -> None:
    admin.post("/settings/trunks/new", ACCOUNT)
    second = {"label": "Second", "address": "198.51.100.30"}
    admin.post("/settings/trunks/new", second)
    assert "TRUNK_FIRST = operateur_sud\n" in console.asterisk_file("extensions.conf")

    admin.post("/settings/trunks/second", {**second, "is_first": "y"})

    assert "TRUNK_FIRST = second\n" in console.asterisk_file("extensions.conf")


def test_a_trunk_of_a_centre_is_not_removed(console: TrunkConsole, admin: ConsoleUser) -> None:
    admin.post("/settings/trunks/new", ACCOUNT)
    current = plan_versions.get_current_version(console.database)
    assert current
    text = current.text + "\noverflow:\n  centres:\n  - {name: partner, sip: operateur_sud}\n"
    plan_versions.save_plan(console.database, text, author="test", at=console.now)

    assert "partner" in admin.get(f"{PAGE}/remove").text
    assert admin.post(f"{PAGE}/remove", {"confirmed": "y"}).status_code == 409
    assert len(stored(console)) == 1


# --- the second factor ------------------------------------------------------------------------------------------------


@pytest.fixture
def with_code(console: TrunkConsole, admin: ConsoleUser) -> ConsoleUser:
    with console.database.write() as connection:
        connection.execute(update(User).where(User.id == admin.user.id).values(totp_secret=TOTP))
    return admin


def code(console: TrunkConsole) -> str:
    return pyotp.TOTP(TOTP).at(console.now)


def test_the_second_factor_is_asked_for_again_and_leads_back(console: TrunkConsole, with_code: ConsoleUser) -> None:
    console.advance_clock(minutes=11)

    assert with_code.get("/settings/trunks").status_code == 200
    assert with_code.get("/settings/trunks/new").location == "/login/confirm"
    assert with_code.post("/login/confirm", {"code": "000000"}).status_code == 403
    assert with_code.post("/login/confirm", {"code": code(console)}).location == "/settings/trunks/new"
    assert with_code.get("/settings/trunks/new").status_code == 200


def test_a_form_that_was_open_for_too_long_changes_nothing(console: TrunkConsole, with_code: ConsoleUser) -> None:
    console.advance_clock(minutes=29)
    assert with_code.post("/settings/trunks/new", ACCOUNT).location == f"{PAGE}/test"
    console.advance_clock(minutes=2)

    assert with_code.post(f"{PAGE}/remove", {"confirmed": "y"}).location == "/login/confirm"

    assert len(stored(console)) == 1
    assert with_code.post("/login/confirm", {"code": code(console)}).location == f"{PAGE}/remove"


# --- what must not get through ----------------------------------------------------------------------------------------


def test_odd_texts_reach_no_file_of_asterisk_and_break_no_page(console: TrunkConsole, admin: ConsoleUser) -> None:
    admin.post("/settings/trunks/new", ACCOUNT)
    sections, token = section_names(console), admin.csrf_token()
    injections = ["x\n[evil]\ntype = endpoint", "x;#include evil", "x\r\nexten => _X.,1,System(evil)", "${SHELL(evil)}"]
    odd = ("address", "user", "networks", "port", "identity", "codecs", "calls_per_second")
    for text in injections:
        for field in (*odd, "label"):
            fields = {**ACCOUNT, field: text, "csrf_token": token}
            assert admin.client.post(PAGE, data=fields).status_code in (303, 422), (field, text)
    for text in NAUGHTY_STRINGS:
        fields = {**ACCOUNT, **dict.fromkeys(odd, text), "csrf_token": token}
        assert admin.client.post(PAGE, data=fields).status_code == 422, text

    assert section_names(console) == sections
    assert "evil" not in console.asterisk_file("pjsip.conf") + console.asterisk_file("extensions.conf")


def section_names(console: TrunkConsole) -> list[str]:
    return re.findall(r"^\[.*$", console.asterisk_file("pjsip.conf"), re.MULTILINE)


def test_a_password_with_signs_of_the_configuration_stays_a_password(console: TrunkConsole, admin: ConsoleUser) -> None:
    odd = "a;b [c](d) = ${e} #include <f> \\"

    admin.post("/settings/trunks/new", {**ACCOUNT, "password": odd})

    assert password_of(console) == odd
    assert f"\npassword = {odd.replace(';', chr(92) + ';')}\n" in console.asterisk_file("pjsip.conf")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_only_administrators_see_trunks(console: TrunkConsole, role: Role) -> None:
    staff = console.sign_in(role)
    for path in ("/settings/trunks", "/settings/trunks/new", PAGE, f"{PAGE}/remove", f"{PAGE}/test"):
        assert staff.get(path).status_code == 403
        assert "/settings/trunks" not in staff.get("/settings").text
