"""The second factor of an account: codes of an authenticator application, and recovery codes for when it is lost."""

import base64
import secrets
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from records import changes, console_sessions
from records.base import Base
from records.callback_refs import digest
from records.console_sessions import ConsoleSession
from records.errors import RecordsError
from records.schema import Account as Accounts
from records.schema import RecoveryCode
from routing.one_time_codes import matching_step

RECOVERY_CODES = 10
SECRET_BYTES = 20  # RFC 4226, 4
RECOVERY_BYTES = 10
GROUP = 4


class CodeRefused(RecordsError):
    """Not the code of this secret at this moment."""

    def __init__(self) -> None:
        super().__init__("This is not the code that the application shows now; type the next one.")


def new_secret() -> str:
    """What the application and we share, base32. Nothing is kept of it before `turn_on`."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def turn_on(
    base: Base, session: ConsoleSession, secret: str, code: str, *, at: datetime
) -> tuple[str, tuple[str, ...]]:
    """A new session's secret in the place of all others of the account, and its recovery codes, shown only now.

    `code` proves that the application has the secret. Raises CodeRefused.
    """
    if (step := matching_step(secret, code.replace(" ", ""), at, after=0)) is None:
        raise CodeRefused
    account = session.account
    with base.write() as connection:
        own = update(Accounts).where(Accounts.id == account.id)
        connection.execute(own.values(totp_secret=secret, totp_step=step))
        codes = _new_recovery_codes(connection, account.id)
        console_sessions.end_all(connection, account.id, at=at)
        token = console_sessions.begun(connection, account.id, second_factor=True, at=at)
        was, now = {"second_factor": account.has_second_factor}, {"second_factor": True}
        changes.write(connection, account.viewer, "account.second_factor", account.email, before=was, after=now, at=at)
    return token, codes


def accepts(connection: Connection, account_id: int, code: str, *, at: datetime) -> bool:
    """Whether this opens; it does so once. `code`: six digits, or a recovery code."""
    row = connection.execute(
        select(Accounts.totp_secret, Accounts.totp_step).where(Accounts.id == account_id).with_for_update()
    ).one()
    if row.totp_secret is None:
        return False
    typed = code.replace(" ", "").replace("-", "").upper()
    if (step := matching_step(row.totp_secret, typed, at, after=row.totp_step)) is not None:
        connection.execute(update(Accounts).where(Accounts.id == account_id).values(totp_step=step))
        return True
    used = delete(RecoveryCode).where(RecoveryCode.account_id == account_id, RecoveryCode.hash == digest(typed))
    return connection.execute(used).rowcount == 1


def turn_off(connection: Connection, account_id: int) -> None:
    """Nothing is left of it."""
    connection.execute(update(Accounts).where(Accounts.id == account_id).values(totp_secret=None, totp_step=0))
    connection.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _new_recovery_codes(connection: Connection, account_id: int) -> tuple[str, ...]:
    """Sixteen letters and digits each, in groups (80 bits: a digest without salt is enough)."""
    connection.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    connection.execute(insert(RecoveryCode), [{"account_id": account_id, "hash": digest(code)} for code in codes])
    return tuple("-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)) for code in codes)
