"""People who are invited by mail, who have forgotten their password, or whose role has changed."""

import html
import re
from zoneinfo import ZoneInfo

import pyotp
import pytest
from console_client import PASSWORD, ConsoleApp, ConsoleUser
from smtp_server import SmtpServer
from sqlalchemy import text

from correspondence.mail_delivery import MailDelivery, MailSettings
from records import mail_queue
from records.actor import command_line_actor
from records.database.engine import Database
from records.users import administration, login_attempts, users
from routing.access.permissions import Role

URL = "https://accueil.example.org/console"
OTHER = "soleil route orange"
US = command_line_actor("test")


@pytest.fixture
def console(database: Database) -> ConsoleApp:
    return ConsoleApp(database, URL, sends_mail=True)


@pytest.fixture
def admin(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(user=console.add_user(Role.ADMINISTRATOR, password=PASSWORD))


@pytest.fixture
def delivery(console: ConsoleApp, smtp: SmtpServer) -> MailDelivery:
    paris = ZoneInfo("Europe/Paris")
    settings = MailSettings(smtp.settings(), URL, lambda: {"fr": "Ville"}, lambda: paris, URL)
    return MailDelivery(console.database, settings, lambda: console.now)


def invite(admin: ConsoleUser, **fields: object) -> str:
    whole = {"name": "Anne", "email": "anne@example.org", "role": "staff", "agent": "", "language": "fr", "by": "mail"}
    answer = admin.post("/people/invite", {**whole, **fields}, follow_redirects=True)
    return html.unescape(answer.text)


def path_of(link: str) -> str:
    assert link.startswith(f"{URL}/welcome/"), link
    return link.removeprefix(URL)


def test_an_invited_person_gets_a_mail_whose_link_only_its_form_uses_up(
    console: ConsoleApp, admin: ConsoleUser, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    page = invite(admin)
    assert "Un e-mail avec un lien part à l'adresse de Anne" in page and "/welcome/" not in page
    assert smtp.mails == []  # nothing is sent by the request itself
    delivery.send_due()
    (mail,) = smtp.mails_to("anne@example.org")
    assert "Personne 1 vous invite" in mail.text and "« Agent d'accueil »" in mail.text and "(Ville)" in mail.text
    assert "E-mail envoyé le" in html.unescape(admin.get("/people").text)

    link = path_of(mail.link)
    for scanner in range(3):
        assert console.anonymous_user(f"203.0.113.{scanner}").get(link).status_code == 200
        assert console.anonymous_user().client.head(link).status_code == 200
    assert console.anonymous_user().post(link, {"new": PASSWORD}).status_code == 303
    assert console.anonymous_user().get(link).status_code == 404
    assert console.anonymous_user().post(link, {"new": OTHER}).status_code == 404


def test_the_database_holds_no_link_before_or_after_the_mail(
    console: ConsoleApp, admin: ConsoleUser, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    invite(admin)
    delivery.send_due()
    secret = smtp.mails[0].link.rpartition("/")[2]
    with console.database.read() as connection:
        for table in ("outgoing_mail", "invitation", "console_user", "change"):
            assert secret not in str(connection.execute(text(f"SELECT * FROM {table}")).all())


def test_a_mail_that_fails_says_why_and_is_tried_again_or_given_up(
    console: ConsoleApp, admin: ConsoleUser, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    smtp.refusals = {"anne@example.org": "451 <b>plus tard</b>", "carla@example.org": "550 inconnue"}
    invite(admin)
    invite(admin, name="Carla", email="carla@example.org")
    delivery.send_due()
    page = admin.get("/people").text
    assert "&lt;b&gt;plus tard" in page and "<b>plus tard" not in page
    shown = html.unescape(page)
    assert "refuse l'adresse de cette personne" in shown
    assert "Un nouvel essai est prévu." in shown and "Il n'y aura pas de nouvel essai." in shown

    smtp.refusals = {}
    delivery.send_due()
    assert smtp.mails == []  # not yet
    console.advance_clock(minutes=2)
    delivery.send_due()
    assert len(smtp.mails_to("anne@example.org")) == 1 and smtp.mails_to("carla@example.org") == []

    carla = users.get_user_by_email(console.database, US, "carla@example.org")
    admin.post(f"/people/{carla.id}/invitation", {"by": "mail"})
    delivery.send_due()
    assert console.anonymous_user().get(path_of(smtp.mails_to("carla@example.org")[0].link)).status_code == 200


def test_a_mail_that_waited_without_a_mail_server_for_two_days_is_not_sent(
    console: ConsoleApp, admin: ConsoleUser, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    invite(admin)
    console.advance_clock(days=2)
    delivery.send_due()
    assert smtp.mails == []


def test_somebody_may_still_take_the_link_and_hand_it_over(admin: ConsoleUser) -> None:
    page = invite(admin, by="link")
    assert f"{URL}/welcome/" in page


def test_a_list_is_invited_by_mail(
    console: ConsoleApp, admin: ConsoleUser, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    rows = "nom;email\nAnne;anne@example.org\nBasile;basile@example.org\n"
    admin.post("/people/import/invite", {"text": rows, "by": "mail"})
    delivery.send_due()
    assert sorted(mail.recipients for mail in smtp.mails) == [["anne@example.org"], ["basile@example.org"]]


def ask_for_link(visitor: ConsoleUser, email: str) -> tuple[int, str]:
    answer = visitor.post("/login/forgotten", {"email": email})
    return answer.status_code, answer.location


def test_a_forgotten_password_is_replaced_by_mail_and_the_second_factor_is_still_asked_for(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    user = console.add_user(Role.SUPERVISOR, password=PASSWORD)
    key = pyotp.random_base32()
    with console.database.write() as connection:
        statement = text("UPDATE console_user SET totp_secret = :key WHERE id = :id")
        connection.execute(statement, {"key": key, "id": user.id})
    elsewhere = console.sign_in(user=user)
    assert "/login/forgotten" in console.anonymous_user().get("/login").text

    ask_for_link(console.anonymous_user(), f" {user.email.upper()} ")
    delivery.send_due()
    link = path_of(smtp.mails_to(user.email)[0].link)
    visitor = console.anonymous_user()
    page = html.unescape(visitor.get(link).text)
    assert "Nouveau mot de passe" in page and "double authentification" in page
    assert elsewhere.get("/own").status_code == 200  # opening the link has changed nothing
    assert visitor.post(link, {"new": OTHER}).status_code == 303

    assert visitor.get("/own").location == "/login/second-factor"
    code = pyotp.TOTP(key).at(console.now)
    entered = visitor.client.post("/login/second-factor", data={"csrf_token": token(visitor), "code": code})
    assert entered.status_code == 303
    assert visitor.get("/own").status_code == 200
    assert elsewhere.get("/own").location == "/login"
    old = console.anonymous_user().post("/login", {"email": user.email, "password": PASSWORD})
    assert old.status_code == 403


def token(visitor: ConsoleUser) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/login/second-factor").text)
    assert found
    return found[1]


def test_known_and_unknown_addresses_get_the_same_answer_and_cost_the_same_statements(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    user = console.add_user(Role.STAFF, password=PASSWORD)
    gone = console.add_user(Role.STAFF, password=PASSWORD)
    administration.deactivate_user(console.database, US, gone.id, at=console.now)
    asked = [user.email, gone.email, "nobody@example.org"]
    answers = {ask_for_link(console.anonymous_user(f"203.0.113.{n}"), email) for n, email in enumerate(asked)}
    assert answers == {(303, "/login/forgotten/sent")}
    delivery.send_due()
    assert [mail.recipients for mail in smtp.mails] == [[user.email]]


def test_requests_are_limited_by_network_and_nobodys_mailbox_is_flooded(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    user = console.add_user(Role.STAFF, password=PASSWORD)
    statuses = [ask_for_link(console.anonymous_user("203.0.113.9"), f"p{n}@example.net")[0] for n in range(6)]
    assert statuses == [303] * login_attempts.MAX_ATTEMPTS + [429]
    assert (
        console.anonymous_user("203.0.113.9").post("/login", {"email": user.email, "password": PASSWORD}).status_code
        == 303
    )  # who forgets a password is not kept from logging in

    for n in range(20, 30):
        assert ask_for_link(console.anonymous_user(f"203.0.113.{n}"), user.email)[0] == 303
    delivery.send_due()
    assert len(smtp.mails_to(user.email)) == mail_queue.MAX_FORGOTTEN
    for mail in smtp.mails_to(user.email):  # strangers who ask too do not make the user's own link fail
        assert console.anonymous_user().get(path_of(mail.link)).status_code == 200
    console.advance_clock(hours=72)
    assert console.anonymous_user().get(path_of(smtp.mails[0].link)).status_code == 404


def test_no_host_header_gets_into_a_link(
    console: ConsoleApp, admin: ConsoleUser, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    foreign = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    token = admin.csrf_token()
    cookie = admin.client.get_cookie("__Host-standardiste")
    assert cookie
    headers = {**foreign, "Cookie": f"__Host-standardiste={cookie.value}"}
    form = {"csrf_token": token, "name": "Anne", "email": "anne@example.org", "role": "staff"}
    client = console.app.test_client(use_cookies=False)
    for number, by in enumerate(("mail", "link")):
        more = {"email": f"anne{number}@example.org", "language": "fr", "agent": "", "by": by}
        answer = client.post("/people/invite", data={**form, **more}, headers=headers)
        assert answer.status_code in (200, 303) and "evil" not in answer.text + str(answer.headers)
    delivery.send_due()
    (mail,) = smtp.mails
    assert mail.link.startswith(f"{URL}/welcome/") and b"evil" not in mail.raw


def test_without_a_mail_server_the_page_says_whom_to_ask(database: Database) -> None:
    visitor = ConsoleApp(database).anonymous_user()
    assert "Demandez un nouveau lien à un administrateur" in html.unescape(visitor.get("/login/forgotten").text)
    assert visitor.post("/login/forgotten", {"email": "a@example.org"}).status_code == 200


def test_a_new_role_is_told_by_mail(
    console: ConsoleApp, admin: ConsoleUser, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    user = console.add_user(Role.STAFF, password=PASSWORD)
    admin.post(f"/people/{user.id}", {"name": user.name, "role": "supervisor", "agent": ""})
    delivery.send_due()
    (mail,) = smtp.mails_to(user.email)
    assert "« Agent d'accueil » → « Superviseur »" in mail.text and mail.link == URL
