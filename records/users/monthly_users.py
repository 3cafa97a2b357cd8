"""The users of a month: distinct people who logged in or took a call, as suppliers of hosted services bill them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, delete, insert, select

from records.call_events import CallEventKind
from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.schema import CallEvent, SipAccount, User, UserLogin

KEPT = timedelta(days=800)  # two years of months, and the one that is counted


@dataclass(frozen=True, slots=True)
class UserCount:
    """`people`: each once, also who both logged in and took calls."""

    people: int
    logged_in: int
    took_calls: int


def note_login_in(connection: Connection, user_id: int, *, second_factor: bool, at: datetime) -> None:
    """Remembers the day; not of a user who has a second factor and has not shown it yet."""
    if not second_factor and connection.scalar(select(User.totp_secret).where(User.id == user_id)):
        return
    day = at.astimezone(UTC).date()
    noted = select(UserLogin.user_id).where(UserLogin.day == day, UserLogin.user_id == user_id)
    get_or_create(connection, noted, insert(UserLogin).values(day=day, user_id=user_id).returning(UserLogin.user_id))


def count_users(database: Database, month: date) -> UserCount:
    """The users of the month (UTC) that begins on the day `month`, from logins and from calls that are on record.

    A person who takes calls is known by their telephone account, which nobody else gets: one who has left counts too.
    """
    end = (month + timedelta(days=31)).replace(day=1)
    first, after = (datetime.combine(day, time.min, UTC) for day in (month, end))
    answered = (CallEvent.kind == CallEventKind.STAFF_ANSWERED, CallEvent.at >= first, CallEvent.at < after)
    users = select(User.id, SipAccount.name).join(SipAccount, SipAccount.claimed_by == User.agent_id)
    logins = select(UserLogin.user_id).where(UserLogin.day >= month, UserLogin.day < end).distinct()
    with database.read() as connection:
        logged_in = set(connection.execute(logins).scalars())
        details = connection.execute(select(CallEvent.detail).where(*answered)).scalars()
        accounts = {account for detail in details if (account := detail.get("phone"))}
        user_by_account = {account: user_id for user_id, account in connection.execute(users)}
    others = {account for account in accounts if user_by_account.get(account) not in logged_in}
    return UserCount(len(logged_in) + len(others), len(logged_in), len(accounts))


def purge_logins(database: Database, now: datetime) -> None:
    """Forgets the days that are older than KEPT."""
    with database.write(durable=False) as connection:
        connection.execute(delete(UserLogin).where(UserLogin.day < (now - KEPT).astimezone(UTC).date()))
