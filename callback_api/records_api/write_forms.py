"""What a program sends to change cards and requests, and what each member accepts."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from callback_api.forms import LINE_OF_TEXT
from records.callbacks.do_not_call import DoNotCallSource
from routing.email_addresses import is_email_address
from routing.moments import is_plausible

MAX_TEXT, MAX_NOTE, MAX_LIST = 120, 2_000, 10
_PARAGRAPHS = r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$"


def _check_email(address: str) -> str:
    if not is_email_address(address):
        raise ValueError("not an e-mail address")
    return address


def _check_time(at: datetime) -> datetime:
    if not is_plausible(at):
        raise ValueError("nothing is due in that year")
    return at


Line = Annotated[str, Field(max_length=MAX_TEXT, pattern=LINE_OF_TEXT)]
Written = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=LINE_OF_TEXT)]
Paragraphs = Annotated[str, Field(min_length=1, max_length=MAX_NOTE, pattern=_PARAGRAPHS)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_check_email)]
Number = Annotated[str, Field(min_length=1, max_length=40, description="A telephone number, in any usual form.")]
Purpose = Literal["callback", "campaigning", "satisfaction"]
DueTime = Annotated[AwareDatetime, AfterValidator(_check_time)]


class WriteForm(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ContactChange(WriteForm):
    """What a card says. A member that is left out stays as it is; null removes it."""

    name: Line | None = None
    organisation: Line | None = None
    language: Literal["fr", "en"] | None = None
    emails: Annotated[list[Email], Field(max_length=MAX_LIST)] | None = None
    street: Line | None = None
    postcode: Line | None = None
    city: Line | None = None


class NewContact(ContactChange):
    """A new card; it needs a name, an organisation, a number or an e-mail address."""

    numbers: list[Number] = Field([], max_length=MAX_LIST)


class NoteForm(WriteForm):
    note: Paragraphs


class ConsentForm(WriteForm):
    """A consent that a person gave to the organisation."""

    purpose: Purpose
    text_version: Written = Field(description="Which text they read.")
    source: Written = Field(description="Where they gave it, such as form:2030-fair.")


class ConsentWithdrawal(WriteForm):
    purpose: Purpose


class DoNotCallForm(WriteForm):
    """A number of the card that callbacks no longer dial, and how the person asked for that."""

    number: Number
    source: DoNotCallSource


class NumberForm(WriteForm):
    """A number of the card."""

    number: Number


class AssignForm(WriteForm):
    """Whose the request becomes, by the e-mail address of a user of the console."""

    user: Email
    note: Paragraphs | None = None


class HandOverForm(WriteForm):
    """The level to which the request goes; at level 3 only the mediator sees it, and the answer is 204."""

    level: Literal[1, 2, 3]
    note: Paragraphs | None = None


class DueForm(WriteForm):
    due_at: DueTime
    reason: Paragraphs


class CloseForm(WriteForm):
    outcome: Annotated[str, Field(min_length=1, max_length=32)] = Field(
        description="The name of an outcome of the plan; without outcomes there: answered, called_back, …"
    )
    note: Paragraphs | None = None


class ReopenForm(WriteForm):
    """No members."""


WRITE_FORMS = (
    *(ContactChange, NewContact, NoteForm, ConsentForm, ConsentWithdrawal, DoNotCallForm, NumberForm),
    *(AssignForm, HandOverForm, DueForm, CloseForm, ReopenForm),
)
