"""What a program sends to change cards and requests, or to report an outcome, and what each member accepts."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from callback_api.forms import LINE_OF_TEXT, plain_lines
from callback_api.records_api.parameters import MAX_ID
from records.callbacks.do_not_call import DoNotCallSource
from records.inbox.opening import MAX_SUBJECT
from records.inbox.opening import MAX_TEXT as MAX_REQUEST
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


class CallBackForm(WriteForm):
    """Who calls: the team, or first a user of the console."""

    user: Email | None = Field(
        None, description="Whose telephone rings first, by the e-mail address of a user of the console who is an agent."
    )


class CardCallBackForm(NumberForm, CallBackForm):
    """A number of the card, and who calls it."""


class NewRequestForm(WriteForm):
    """A request that reached the organisation beside the telephone and the form.

    `contact`, `number` or `email` says from whom; a number or an address without a card makes one.
    """

    channel: Literal["letter", "email", "fax", "visit", "other"] = Field(description="How it came; it is its `kind`.")
    text: Annotated[str, BeforeValidator(plain_lines)] = Field(
        min_length=1, max_length=MAX_REQUEST, pattern=_PARAGRAPHS, description="What the person said or wrote."
    )
    subject: Annotated[str, Field(max_length=MAX_SUBJECT, pattern=LINE_OF_TEXT)] | None = None
    topic: Annotated[str, Field(min_length=1, max_length=32)] | None = Field(
        None, description="The name of a topic of the plan, which gives the level and when it is due."
    )
    contact: Annotated[int, Field(ge=1, le=MAX_ID)] | None = Field(None, description="Their card: /v1/contacts/{id}.")
    number: Number | None = None
    email: Email | None = None
    user: Email | None = Field(None, description="Whose it becomes, by the e-mail address of a user of the console.")


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


class OutcomeForm(WriteForm):
    """What became of the call."""

    outcome: Annotated[str, Field(min_length=1, max_length=32)] = Field(
        description="The name of an outcome that the contract names; all of the plan when it names none."
    )
    note: Paragraphs | None = Field(None, description="What the team should know, in plain words.")


class ReopenForm(WriteForm):
    """No members."""


WRITE_FORMS = (
    *(ContactChange, NewContact, NoteForm, ConsentForm, ConsentWithdrawal, DoNotCallForm, NumberForm),
    *(CallBackForm, CardCallBackForm),
    *(NewRequestForm, AssignForm, HandOverForm, DueForm, CloseForm, ReopenForm, OutcomeForm),
)
