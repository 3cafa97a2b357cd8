"""Second factors: codes of an authenticator application, and recovery codes for when it is lost."""

import base64
import hmac
import secrets
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from records import changes
from records.database.engine import Database
from records.errors import RecordsError
from records.schema import RecoveryCode
from records.schema import User as Users
from records.secrets import hash_secret
from records.users import sessions
from records.users.sessions import ConsoleSession
from routing.access.totp import find_matching_step

RECOVERY_CODES = 10
SECRET_BYTES = 20  # RFC 4226, 4
RECOVERY_BYTES = 10
GROUP = 4


class CodeRejected(RecordsError):
    """Not the code of this secret now."""

    def __init__(self) -> None:
        super().__init__("This is not the code that the application shows now; type the next one.")


def derive_totp_secret(key: bytes, session_secret: str) -> str:
    """The secret that a session sets up, base32: the same each time, and stored by `enable_second_factor` only.

    `key` never leaves the server, so nobody who reads a cookie finds it, though our cookies are signed, not encrypted.
    """
    derived = hmac.digest(key, b"second factor " + session_secret.encode(), "sha256")
    return base64.b32encode(derived[:SECRET_BYTES]).decode()


def enable_second_factor(
    database: Database, session: ConsoleSession, secret: str, code: str, *, at: datetime
) -> tuple[str, tuple[str, ...]]:
    """The secret of a new session that replaces all others, and the recovery codes, shown only now.

    `code` proves that the application has the secret. Raises CodeRejected.
    """
    if (step := find_matching_step(secret, code.replace(" ", ""), at, last_used_step=0)) is None:
        raise CodeRejected
    user = session.user
    with database.write() as connection:
        own = update(Users).where(Users.id == user.id)
        connection.execute(own.values(totp_secret=secret, totp_step=step))
        codes = _new_recovery_codes(connection, user.id)
        sessions.end_all_sessions(connection, user.id, at=at)
        token = sessions.start_session_in(connection, user.id, second_factor=True, at=at)
        was, now = {"second_factor": user.has_second_factor}, {"second_factor": True}
        changes.record(connection, user.actor, "account.second_factor", user.email, before=was, after=now, at=at)
    return token, codes


def verify_code(connection: Connection, user_id: int, code: str, *, at: datetime) -> bool:
    """Whether the code is right; each code works once. `code`: six digits, or a recovery code."""
    row = connection.execute(
        select(Users.totp_secret, Users.totp_step).where(Users.id == user_id).with_for_update()
    ).one()
    if row.totp_secret is None:
        return False
    typed = code.replace(" ", "").replace("-", "").upper()
    if (step := find_matching_step(row.totp_secret, typed, at, last_used_step=row.totp_step)) is not None:
        connection.execute(update(Users).where(Users.id == user_id).values(totp_step=step))
        return True
    used = delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.hash == hash_secret(typed))
    return connection.execute(used).rowcount == 1


def disable_second_factor(connection: Connection, user_id: int) -> None:
    """Deletes the secret and the recovery codes."""
    connection.execute(update(Users).where(Users.id == user_id).values(totp_secret=None, totp_step=0))
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _new_recovery_codes(connection: Connection, user_id: int) -> tuple[str, ...]:
    """Sixteen letters and digits each, in groups (80 bits: a hash without salt is enough)."""
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    connection.execute(insert(RecoveryCode), [{"user_id": user_id, "hash": hash_secret(code)} for code in codes])
    return tuple("-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)) for code in codes)
