"""The users of a month are people, each once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from records.call_events import CallEventKind
from records.database.engine import Database
from records.schema import Agent, Call, CallEvent, SipAccount, User
from records.users.monthly_users import KEPT, UserCount, count_users, purge_logins
from records.users.sessions import start_session

NOVEMBER = date(2026, 11, 1)
LAST_SECOND = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
def people(database: Database) -> Database:
    """User 1 is the agent at `desk-1`; user 2 has a second factor; the agent at `desk-3` has no account."""
    with database.write() as connection:
        for number in (1, 3):
            agent = {"id": number, "name": f"Agent {number}", "language": "fr", "added_at": LAST_SECOND}
            connection.execute(insert(Agent).values(**agent))
            account = {"name": f"desk-{number}", "desk": f"{number:02}", "password": "a-password", "claimed_by": number}
            connection.execute(insert(SipAccount).values(**account))
        for number in (1, 2):
            user = {"id": number, "email": f"user-{number}@example.org", "name": "", "role": "staff", "language": "fr"}
            user |= {"shortcuts": False, "totp_step": 0, "created_at": LAST_SECOND, "active": True}
            values = user | {"agent_id": 1 if number == 1 else None, "totp_secret": "ABC" if number == 2 else None}
            known = {name: value for name, value in values.items() if name in User.__table__.c}
            connection.execute(insert(User).values(**known))
    return database


def answer(database: Database, phone: str, at: datetime) -> None:
    ref = f"{phone}-{at.timestamp()}"
    call = {"ref": ref, "landing": "0199000000", "withheld": True, "language": "fr", "started_at": at}
    event = {"call_ref": ref, "at": at, "kind": CallEventKind.STAFF_ANSWERED, "detail": {"phone": phone}}
    with database.write() as connection:
        connection.execute(insert(Call).values(**call))
        connection.execute(insert(CallEvent).values(**event))


def test_somebody_who_logs_in_and_takes_calls_counts_once(people: Database) -> None:
    start_session(people, 1, at=LAST_SECOND)
    start_session(people, 1, at=LAST_SECOND)
    answer(people, "desk-1", LAST_SECOND)
    answer(people, "desk-3", LAST_SECOND - timedelta(days=20))
    answer(people, "of-somebody-who-has-left", LAST_SECOND - timedelta(days=20))

    assert count_users(people, NOVEMBER) == UserCount(people=3, logged_in=1, took_calls=3)


def test_a_month_ends_with_its_last_second(people: Database) -> None:
    answer(people, "desk-3", LAST_SECOND + timedelta(seconds=1))
    start_session(people, 1, at=LAST_SECOND + timedelta(seconds=1))

    assert count_users(people, NOVEMBER) == UserCount(0, 0, 0)
    assert count_users(people, date(2026, 12, 1)) == UserCount(2, 1, 1)


def test_a_password_alone_is_no_login_of_somebody_with_a_second_factor(people: Database) -> None:
    start_session(people, 2, at=LAST_SECOND)
    assert count_users(people, NOVEMBER).logged_in == 0

    start_session(people, 2, second_factor=True, at=LAST_SECOND)
    assert count_users(people, NOVEMBER).logged_in == 1


def test_days_of_long_ago_are_forgotten(people: Database) -> None:
    start_session(people, 1, at=LAST_SECOND)

    purge_logins(people, LAST_SECOND + KEPT)
    assert count_users(people, NOVEMBER).logged_in == 1

    purge_logins(people, LAST_SECOND + KEPT + timedelta(days=1))
    assert count_users(people, NOVEMBER).logged_in == 0
