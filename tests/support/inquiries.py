"""Inquiries of visitors, for tests."""

from datetime import datetime

from sqlalchemy import select

from records.database.engine import Database
from records.inquiries.acceptance import AcceptedInquiry, NewInquiry, accept_inquiry
from records.schema import Inquiry
from routing.callbacks.limits import CallbackLimits

EMAIL = "zoe@example.org"


def write_inquiry(
    database: Database, text: str = "Où déposer ma demande ?", *, at: datetime, **more: str | None
) -> AcceptedInquiry:
    """An inquiry from the form of the site `www`, by somebody with an e-mail address unless `more` says otherwise."""
    values = {"email": EMAIL, **more}
    inquiry = NewInquiry(text=text, public_number="+33199000000", site="www", language="fr", **values)  # type: ignore[arg-type]
    return accept_inquiry(database, inquiry, CallbackLimits(number_day=50, number_month=50), at=at)


def request_of(database: Database, accepted: AcceptedInquiry) -> int:
    """The id of the inquiry's request."""
    with database.read() as connection:
        found = connection.scalar(select(Inquiry.request_id).where(Inquiry.ref == accepted.ref))
    assert found is not None
    return found
