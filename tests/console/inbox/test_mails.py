"""Mails about requests: to those who chose them, once, without a word of what waits."""

import html
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import plan_variants
import pytest
from console_client import ConsoleApp, ConsoleUser
from recorded_calls import record_call
from smtp_server import ReceivedMail, SmtpServer
from sqlalchemy import func, select

from correspondence.mail_delivery import MAX_AGE, MailDelivery, MailSettings
from records.database.engine import Database
from records.inbox import treatment
from records.inbox.escalation import escalate_overdue
from records.requests import due_times, requests
from records.requests.notices import NOTICE_INTERVAL, RequestMails, tell_due
from records.requests.requests import RequestKind
from records.schema import OutgoingMail
from records.users.profile import choose_request_mails
from routing.access.permissions import Role
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan

URL = "https://accueil.example.org/console"
BOTH = RequestMails.ASSIGNED_AND_DUE


@pytest.fixture
def console(database: Database) -> ConsoleApp:
    return ConsoleApp(database, URL, sends_mail=True)


@pytest.fixture
def plan() -> Plan:
    """Its number is always open; requests are due after eight hours, and go up two hours later."""
    return parse_plan(f"{plan_variants.PLAN.read_text()}\nrequests: {{escalate_h: 2}}\n")


@pytest.fixture
def delivery(console: ConsoleApp, smtp: SmtpServer) -> MailDelivery:
    paris = ZoneInfo("Europe/Paris")
    settings = MailSettings(smtp.settings(), URL, lambda: {"fr": "Ville"}, lambda: paris, URL)
    return MailDelivery(console.database, settings, lambda: console.now)


def person(console: ConsoleApp, role: Role, chosen: RequestMails = BOTH) -> ConsoleUser:
    """Somebody who chose these mails."""
    user = console.sign_in(role)
    assert user.user
    choose_request_mails(console.database, user.user.actor, chosen)
    return user


def miss_call(console: ConsoleApp, ref: str) -> int:
    """A call that reached nobody; the number of its request."""
    record_call(console.database, ref, console.now, "+33639980001")
    opened = requests.open_request(
        console.database, RequestKind.MISSED, call_ref=ref, contact_id=None, line_id=None, at=console.now
    )
    return opened.id


def hand(console: ConsoleApp, by: ConsoleUser, to: ConsoleUser, request_id: int) -> None:
    assert by.user and to.user
    treatment.hand_to_person(
        console.database, by.user.actor, request_id, to.user.id, note="Zwetschgenmus", at=console.now
    )


def mails_to(smtp: SmtpServer, who: ConsoleUser) -> list[ReceivedMail]:
    assert who.user
    return smtp.mails_to(who.user.email)


def count_mails(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(OutgoingMail)) or 0


def test_a_person_chooses_on_their_account_and_gets_nothing_before(console: ConsoleApp) -> None:
    staff, editor = console.sign_in(Role.STAFF), console.sign_in(Role.MESSAGE_EDITOR)
    assert staff.user and staff.user.request_mails is RequestMails.NOTHING
    page = html.unescape(staff.get("/own").text)
    assert "E-mails sur les demandes" in page and staff.user.email in page
    answer = staff.post("/own/mails", {"chosen": "assigned_and_due"}, follow_redirects=True)
    (chosen,) = re.findall(r"<input checked[^>]*name=\"chosen\"[^>]*>", answer.text)
    assert "assigned_and_due" in chosen and "C'est enregistré" in html.unescape(answer.text)
    assert staff.post("/own/mails", {"chosen": "everything"}).status_code == 422
    assert "E-mails sur les demandes" not in editor.get("/own").text  # they see no requests
    assert editor.post("/own/mails", {"chosen": "assigned"}).status_code == 403


@pytest.mark.engine("sqlite")
def test_without_a_mail_server_there_is_nothing_to_choose(database: Database) -> None:
    page = html.unescape(ConsoleApp(database, URL).sign_in(Role.STAFF).get("/own").text)
    assert "ne peut envoyer aucun e-mail" in page and 'name="chosen"' not in page


def test_who_is_handed_requests_gets_one_mail_that_says_nothing_of_them(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    me, anne = person(console, Role.SUPERVISOR), person(console, Role.STAFF, RequestMails.ASSIGNED)
    basile = person(console, Role.STAFF, RequestMails.NOTHING)
    for ref in ("1.1", "1.2", "1.3"):
        hand(console, me, anne, miss_call(console, ref))
    hand(console, me, me, miss_call(console, "1.4"))
    hand(console, me, basile, miss_call(console, "1.5"))
    delivery.send_due()
    (mail,) = smtp.mails
    assert mails_to(smtp, anne) == [mail] and mail.link == f"{URL}/inbox?owner=mine"
    assert mail.message["Subject"] == "Une demande vous a été confiée"
    assert me.user
    for secret in ("Zwetschgenmus", "+3363998", "6 39 98", me.user.name):
        assert secret not in mail.text + str(mail.message.items())


def test_a_second_mail_comes_after_the_interval(console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery) -> None:
    me, anne = person(console, Role.SUPERVISOR), person(console, Role.STAFF)
    hand(console, me, anne, miss_call(console, "1.1"))
    delivery.send_due()
    for ref in ("1.2", "1.3"):
        hand(console, me, anne, miss_call(console, ref))
    delivery.send_due()
    assert len(smtp.mails) == 1
    console.advance_clock(seconds=NOTICE_INTERVAL.total_seconds())
    delivery.send_due()
    delivery.send_due()
    assert len(mails_to(smtp, anne)) == 2


def test_what_is_done_before_the_mail_leaves_is_not_told(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    me, anne = person(console, Role.SUPERVISOR), person(console, Role.STAFF)
    one = miss_call(console, "1.1")
    hand(console, me, anne, one)
    anne.post(f"/inbox/{one}/close", {"page": one, "outcome": "answered"})
    delivery.send_due()
    assert smtp.mails == []


def test_what_is_due_is_told_once_to_its_owner_or_to_those_of_its_level(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery, plan: Plan
) -> None:
    anne, basile = person(console, Role.STAFF), person(console, Role.SUPERVISOR)
    mediator, editor = person(console, Role.MEDIATOR), person(console, Role.MESSAGE_EDITOR)
    person(console, Role.STAFF, RequestMails.ASSIGNED)
    one = miss_call(console, "1.1")
    anne.post(f"/inbox/{one}/take", {"page": one})
    due_times.fill_due_times(console.database, plan.due_time)
    assert tell_due(console.database, console.now + timedelta(hours=7)) == 0
    console.advance_clock(hours=8)
    assert [tell_due(console.database, console.now) for _ in range(2)] == [1, 0]
    delivery.send_due()
    assert smtp.mails == mails_to(smtp, anne) and smtp.mails[0].link == f"{URL}/inbox?late=y"

    miss_call(console, "1.2")
    due_times.fill_due_times(console.database, plan.due_time)
    console.advance_clock(hours=8)
    assert tell_due(console.database, console.now) == 1
    delivery.send_due()
    assert [len(mails_to(smtp, each)) for each in (anne, basile, mediator, editor)] == [2, 1, 1, 0]


def test_of_the_mediators_files_nobody_else_is_told(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery, plan: Plan
) -> None:
    anne, mediator = person(console, Role.STAFF), person(console, Role.MEDIATOR)
    person(console, Role.ADMINISTRATOR)
    assert anne.user
    one = miss_call(console, "1.1")
    due_times.fill_due_times(console.database, plan.due_time)
    treatment.hand_to_level(console.database, anne.user.actor, one, 3, note=None, at=console.now)
    console.advance_clock(hours=24)
    assert tell_due(console.database, console.now) == 1
    assert escalate_overdue(console.database, plan, console.now) == ()
    delivery.send_due()
    assert smtp.mails == mails_to(smtp, mediator) and len(smtp.mails) == 1


def test_a_mail_that_waits_is_not_sent_once_the_request_is_the_mediators(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery, plan: Plan
) -> None:
    anne, one = person(console, Role.STAFF), miss_call(console, "1.1")
    due_times.fill_due_times(console.database, plan.due_time)
    console.advance_clock(hours=8)
    tell_due(console.database, console.now)
    assert anne.user and count_mails(console.database) == 1
    treatment.hand_to_level(console.database, anne.user.actor, one, 3, note=None, at=console.now)
    delivery.send_due()
    assert smtp.mails == []


def test_the_plan_says_who_is_told_of_what_is_long_overdue(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery, plan: Plan
) -> None:
    owner, other = person(console, Role.STAFF), person(console, Role.STAFF)
    supervisor, one = person(console, Role.SUPERVISOR), miss_call(console, "1.1")
    owner.post(f"/inbox/{one}/take", {"page": one})
    due_times.fill_due_times(console.database, plan.due_time)
    console.advance_clock(hours=10)
    assert len(escalate_overdue(console.database, plan, console.now)) == 1
    delivery.send_due()
    assert [len(mails_to(smtp, each)) for each in (owner, supervisor, other)] == [1, 1, 0]
    assert "bien après son échéance" in html.unescape(smtp.mails[0].text)


def test_a_mail_server_that_is_away_leaves_one_mail_behind(
    console: ConsoleApp, smtp: SmtpServer, delivery: MailDelivery
) -> None:
    me, anne = person(console, Role.SUPERVISOR), person(console, Role.STAFF)
    assert anne.user
    smtp.refusals[anne.user.email] = "451 later"
    for number in range(4):
        hand(console, me, anne, miss_call(console, f"1.{number}"))
        delivery.send_due()
        console.advance_clock(hours=1)
    assert count_mails(console.database) == 1
    console.advance_clock(seconds=MAX_AGE.total_seconds())
    smtp.refusals.clear()
    delivery.send_due()
    assert smtp.mails == []  # it has waited for too long
