"""The accounts of browsers, made in advance like those of desk phones: one for each desk."""

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from records.database.engine import Database
from records.schema import Agent as Agents
from records.schema import BrowserPhone as BrowserPhones
from records.schema import SipAccount as SipAccounts
from records.staff.sip_account_names import random_account_name


def create_browser_accounts(database: Database) -> None:
    """Gives each desk an account for a browser; those that exist stay as they are."""
    with database.write() as connection:
        missing = select(SipAccounts.desk).where(SipAccounts.desk.not_in(select(BrowserPhones.desk)))
        for desk in connection.execute(missing).scalars().all():
            connection.execute(insert(BrowserPhones).values(desk=desk, account=random_account_name()))


def delete_browser_accounts(database: Database) -> None:
    """Takes all of them away: browser phones are switched off."""
    with database.write() as connection:
        connection.execute(delete(BrowserPhones))


def renew_account_in(connection: Connection, desk: str) -> None:
    """Another account for a desk whose agent leaves, without a password; still to be applied in Asterisk."""
    nobody = {"session_id": None, "password": None, "page": "", "version": BrowserPhones.version + 1}
    own = update(BrowserPhones).where(BrowserPhones.desk == desk)
    connection.execute(own.values(account=random_account_name(), **nobody))


def browser_account() -> ColumnElement[str | None]:
    """Of an agent, in a query that joins Agent and SipAccount: the account of their browser, if calls ring there."""
    own = select(BrowserPhones.account).where(BrowserPhones.desk == SipAccounts.desk, Agents.in_browser)
    return own.correlate(SipAccounts, Agents).scalar_subquery().label("browser_account")
