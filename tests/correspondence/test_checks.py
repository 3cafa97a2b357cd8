"""What `doctor` says about mail."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from smtp_server import SmtpServer, running_smtp_server
from unbroken_spaces import with_ordinary_spaces

from correspondence.checks import REMEDIES, check_mail
from records import mail_queue
from records.actor import command_line_actor
from records.database.engine import Database
from records.mail_queue import MAIL_PROBLEM_TEXTS, MailProblem
from records.requests.notices import RequestMails
from records.users import administration
from records.users.invitees import Invitee
from records.users.profile import choose_request_mails
from routing.access.permissions import Role


@pytest.fixture(scope="module")
def smtp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with running_smtp_server(tmp_path_factory.mktemp("smtp")) as server:
        yield server


def test_a_server_that_takes_our_mails_is_well_and_gets_no_mail(database: Database, smtp: SmtpServer) -> None:
    (check,) = check_mail(database, smtp.settings())
    assert check.ok and smtp.mails == []


def test_a_wrong_password_is_named_with_what_to_correct(database: Database, smtp: SmtpServer) -> None:
    (check,) = check_mail(database, smtp.settings(password="wrong"))
    assert not check.ok
    message, remedy = check.in_language("fr")
    assert "identifiant" in message and "535" in message and "smtp_password" in remedy


def test_a_mail_that_was_given_up_is_named_with_its_reason(database: Database, smtp: SmtpServer) -> None:
    now = datetime(2030, 3, 4, 11, tzinfo=UTC)
    anne = Invitee("Anne", "anne@example.org", Role.STAFF, "fr")
    administration.invite_users_by_mail(database, command_line_actor("test"), [anne], at=now)
    claimed = mail_queue.claim_mail(database, at=now)
    assert claimed
    mail_queue.mark_failed(database, claimed, MailProblem.RECIPIENT, "550 no", lasting=True, at=now)
    _, failed = check_mail(database, smtp.settings())
    assert not failed.ok and "550 no" in failed.in_language("en")[0]


def test_without_a_server_it_is_said_what_does_not_work(database: Database) -> None:
    (check,) = check_mail(database, None)
    assert check.ok and "smtp_host" in check.in_language("fr")[1]


def test_people_who_chose_mails_are_counted_where_none_can_be_sent(database: Database, smtp: SmtpServer) -> None:
    now = datetime(2030, 3, 4, 11, tzinfo=UTC)
    people = [Invitee(name, f"{name}@example.org", Role.STAFF, "fr") for name in ("anne", "basile")]
    anne, _ = administration.invite_users(database, command_line_actor("test"), people, at=now)
    choose_request_mails(database, anne.user.actor, RequestMails.ASSIGNED)
    _, check = check_mail(database, None)
    assert not check.ok and "1 personne a choisi" in with_ordinary_spaces(check.in_language("fr")[0])
    assert [each.ok for each in check_mail(database, smtp.settings())] == [True]


def test_every_problem_has_a_text_and_a_remedy() -> None:
    assert set(MAIL_PROBLEM_TEXTS) == set(REMEDIES) == set(MailProblem)
