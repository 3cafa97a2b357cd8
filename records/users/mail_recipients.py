"""Whom a queued mail is for, at the moment in which it is sent, and the link that it carries."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from records.database.engine import Database
from records.mail_queue import NOTICES, ClaimedMail, MailKind
from records.requests.notices import is_still_wanted
from records.schema import User as Users
from records.secrets import hash_secret
from records.users.invitations import LIFETIME, create_invitation, create_password_link
from records.users.users import User, get_user_in, to_user


@dataclass(frozen=True, slots=True)
class AddressedMail:
    """`secret` of the link, which works until `deadline`; both are empty for a mail without a link."""

    user: User
    secret: str = field(default="", repr=False)
    deadline: datetime | None = None


def address_mail(database: Database, claimed: ClaimedMail, *, at: datetime) -> AddressedMail | None:
    """The user and a new link; None when the mail has become pointless, or when nobody has the address."""
    with database.write() as connection:
        user = _find_user(connection, claimed)
        if user is None or not user.active:
            return None
        if claimed.kind is MailKind.ROLE_CHANGED:
            return AddressedMail(user)
        if claimed.kind in NOTICES:
            is_wanted = is_still_wanted(connection, claimed.kind, user.actor, user.request_mails, at)
            return AddressedMail(user) if is_wanted else None
        if claimed.kind is MailKind.FORGOTTEN_PASSWORD:
            secret = create_password_link(connection, user.id, at=at)
        elif user.has_password:  # they have come by another link meanwhile
            return None
        else:
            secret = create_invitation(connection, user.id, at=at)
        return AddressedMail(user, secret, at + LIFETIME)


def _find_user(connection: Connection, claimed: ClaimedMail) -> User | None:
    if claimed.user_id is not None:
        return get_user_in(connection, Users.id == claimed.user_id)
    rows = connection.execute(select(*Users.__table__.c))
    return next((to_user(row) for row in rows if hash_secret(row.email) == claimed.address_hash), None)
