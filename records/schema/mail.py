"""Mails to users of the console, supervisors of centres and visitors who wrote, and how their delivery fares."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table

MAIL_KINDS = (
    "'invitation', 'new_link', 'forgotten_password', 'role_changed', 'inquiry_answered', 'request_assigned',"
    " 'request_due', 'request_overdue', 'centre_missing'"
)


class OutgoingMail(Table):
    """A mail to one person; `next_at` is None once it is sent or given up. It holds no text and no secret of a link.

    `address_hash` is the hash of the address that somebody typed for a forgotten password: whose it is, is found out
    behind the request. Otherwise `user_id` or `centre_account_id` says whom the mail is for; without any, it is for
    whoever wrote the inquiry of the request.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        CheckConstraint(f"kind IN ({MAIL_KINDS})", "kind"),
        CheckConstraint("user_id IS NULL OR address_hash IS NULL", "recipient"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("console_user.id"), index=True)
    centre_account_id: Mapped[int | None] = mapped_column(index=True)
    request_id: Mapped[int | None] = mapped_column(index=True)
    """The request that it is about."""
    address_hash: Mapped[str | None] = mapped_column(String(64))
    by: Mapped[str]
    """The name of the person who caused it; empty for a forgotten password."""
    earlier_role: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]
    attempts: Mapped[int]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(16))
    """Why the last attempt failed: a MailProblem of records/mail_queue.py."""
    answer: Mapped[str | None]
    """What the mail server said to it."""
