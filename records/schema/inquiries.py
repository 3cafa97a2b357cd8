"""What visitors write in the public form; what they are answered is in the history of the request."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class Inquiry(Table):
    """The part of a request of kind `inquiry` that other requests lack. The visitor's link is `ref` and a secret.

    `mail_secret_hash` belongs to the link of the last mail to the visitor, which is made when the mail is sent.
    """

    __tablename__ = "inquiry"
    __table_args__ = (CheckConstraint("length(secret_hash) = 64", "secret_hash"),)

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(String(9), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    mail_secret_hash: Mapped[str | None] = mapped_column(String(64))
    public_number: Mapped[str] = mapped_column(String(16))
    site: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    page: Mapped[str | None]
    name: Mapped[str | None]
    email: Mapped[str | None]
    text: Mapped[str | None]
    """None once it is erased."""
