"""The fields that a visitor fills in and what each accepts, as JSON or as a plain HTML form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from callback_api.consents import VERSIONS
from routing.email_addresses import is_email_address
from routing.moments import is_plausible

# No control characters and no bidirectional overrides: staff read these texts in lists, beside other text.
LINE_OF_TEXT = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$"
# The same with line feeds.
LINES_OF_TEXT = r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$"
MAX_INQUIRY = 2_000

Language = Literal["fr", "en"]
SiteName = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$", description="One of the organisation's sites; left out: its first."),
]


def _ticked(value: bool) -> bool:
    if not value:
        raise ValueError("this box must be ticked")
    return value


def _check_consent_version(version: str) -> str:
    if version not in VERSIONS:
        raise ValueError("there is no such version")
    return version


ConsentVersion = Annotated[
    str, AfterValidator(_check_consent_version), WithJsonSchema({"type": "string", "enum": list(VERSIONS)})
]

Ticked = Annotated[bool, AfterValidator(_ticked), WithJsonSchema({"const": True})]


def _check_plausible(start: datetime) -> datetime:
    if not is_plausible(start):
        raise ValueError("no slot is in that year")
    return start


SlotStart = Annotated[AwareDatetime, AfterValidator(_check_plausible)]


class MoveForm(BaseModel):
    """Another time for a callback that is waiting."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    slot: SlotStart | None = Field(
        description="Start of one of the slots of `/v1/slots` (RFC 3339); null: as soon as possible."
    )


class CallbackForm(BaseModel):
    """A request for a callback. Both boxes start unticked; the first is required, the second never is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    number: str = Field(min_length=1, max_length=40, description="The visitor's telephone number, in any usual form.")
    name: str | None = Field(None, max_length=80, pattern=LINE_OF_TEXT, description="First name, or any.")
    topic: str | None = Field(
        None, max_length=120, pattern=LINE_OF_TEXT, description="What it is about: one of the site's topics, if any."
    )
    language: Language | None = Field(None, description="What the visitor reads and hears; else Accept-Language.")
    slot: SlotStart | None = Field(
        None, description="Start of one of the slots of `/v1/slots` (RFC 3339); without it, as soon as possible."
    )
    consent_call: Ticked = Field(description="The visitor ticked the box that asks for this call.")
    consent_news: bool = Field(False, description="The visitor ticked the box that accepts news of the organisation.")
    consent_version: ConsentVersion | None = Field(
        None, description="The version of the text beside the boxes, as the visitor was shown it; else the newest."
    )
    page: str | None = Field(
        None, max_length=500, pattern=r"^https?://[!-~]+$", description="Address of the page that held the form."
    )
    site: SiteName | None = None


def plain_lines(text: object) -> object:
    """Browsers send CR LF, and a text that was pasted may have tabs."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ") if isinstance(text, str) else text


def _check_email(address: str) -> str:
    if not is_email_address(address):
        raise ValueError("this is not an e-mail address")
    return address


class InquiryForm(BaseModel):
    """What a visitor writes to the organisation. An e-mail address or a telephone number is required."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: Annotated[str, BeforeValidator(plain_lines)] = Field(
        min_length=1, max_length=MAX_INQUIRY, pattern=LINES_OF_TEXT, description="Plain text; links are not made live."
    )
    email: Annotated[str, AfterValidator(_check_email)] | None = Field(
        None, max_length=254, pattern=LINE_OF_TEXT, description="Where the visitor is told that an answer is there."
    )
    number: str | None = Field(None, max_length=40, description="The visitor's telephone number, in any usual form.")
    name: str | None = Field(None, max_length=80, pattern=LINE_OF_TEXT, description="Any name.")
    language: Language | None = Field(None, description="What the visitor reads; else Accept-Language.")
    page: str | None = Field(
        None, max_length=500, pattern=r"^https?://[!-~]+$", description="Address of the page that held the form."
    )
    site: SiteName | None = None


TICKED = ("on", "true", "1", "yes")
"""The values that a ticked box sends; an unticked box sends nothing."""


def parse_callback_json(body: bytes) -> CallbackForm:
    """Raises pydantic's ValidationError, also for a value of the wrong JSON type."""
    return CallbackForm.model_validate_json(body, strict=True)


def parse_callback_form(fields: Mapping[str, str]) -> CallbackForm:
    """Like `parse_callback_json`, from an HTML form's fields: an empty field counts as left out."""
    filled = {name: value for name, value in fields.items() if value.strip()}
    boxes = {name: filled[name] in TICKED for name in ("consent_call", "consent_news") if name in filled}
    return CallbackForm.model_validate(filled | boxes)


def parse_inquiry_json(body: bytes) -> InquiryForm:
    """Like `parse_callback_json`."""
    return InquiryForm.model_validate_json(body, strict=True)


def parse_inquiry_form(fields: Mapping[str, str]) -> InquiryForm:
    """Like `parse_inquiry_json`, from an HTML form's fields: an empty field counts as left out."""
    return InquiryForm.model_validate({name: value for name, value in fields.items() if value.strip()})


def parse_move_json(body: bytes) -> MoveForm:
    """Like `parse_callback_json`."""
    return MoveForm.model_validate_json(body, strict=True)


def parse_move_form(fields: Mapping[str, str]) -> MoveForm:
    """Like `parse_move_json`; an empty slot means "as soon as possible"."""
    return MoveForm.model_validate({**fields, "slot": fields.get("slot") or None})
