"""Forms of messages. A form with errors is shown again with everything that was typed."""

import math
from datetime import UTC, datetime, tzinfo

from flask_wtf.file import FileField
from wtforms import FloatField, HiddenField, StringField, TextAreaField

from console.forms import Form, clean_text
from records.messages.draft_types import AirPeriod, Draft, DraftContent
from routing.moments import is_plausible
from translations.message import translatable

MAX_TEXT_LENGTH = 5000
NOW, LATER = "now", "later"
DATETIME_LOCAL_FORMAT = "%Y-%m-%dT%H:%M"

END_BEFORE_START = translatable("The end comes after the beginning, and not after the end of the recording.")
END_PASSED = translatable("This end has gone by, or comes before the beginning. Choose a later one.")
_PERIOD_MISSING = translatable("Write when it begins or ends, or choose “Now, until the next message”.")
_SECONDS_WRONG = translatable("Write a number of seconds, such as 1.5.")


class SecondsField(FloatField):
    """Seconds, with a decimal comma or point."""

    data: float  # after validation

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        try:
            seconds = float(valuelist[0].replace(",", "."))
        except ValueError:
            seconds = math.nan
        self.data = seconds if math.isfinite(seconds) and seconds >= 0 else None  # type: ignore[assignment]
        if self.data is None:
            raise ValueError(_SECONDS_WRONG)


class LocalDateTimeField(StringField):
    """A local date and time of this century; `utc` is None while nothing valid is typed."""

    utc: datetime | None = None

    def parse(self, tz: tzinfo) -> bool:
        """Sets `utc`; False when the text is no date and time."""
        if not (text := (self.data or "").strip()):
            return True
        try:
            typed = datetime.strptime(text[:16], DATETIME_LOCAL_FORMAT).replace(tzinfo=tz)
        except ValueError:
            return False
        if not is_plausible(typed):
            return False
        self.utc = typed.astimezone(UTC)
        return True


class DraftForm(Form):
    """Content and air period of a draft.

    `revision` and `seen` are the revision of the draft and the newest published version that its editor has seen.
    """

    from_s = SecondsField()
    until_s = SecondsField()
    text = TextAreaField(filters=[clean_text])
    when = StringField(default=NOW)
    start = LocalDateTimeField()
    end = LocalDateTimeField()
    revision = HiddenField()
    seen = HiddenField()

    @classmethod
    def from_draft(cls, draft: Draft, seen: int | None, tz: tzinfo) -> "DraftForm":
        """Filled with the draft."""
        content, period = draft.content, draft.period
        return cls(
            formdata=None,
            from_s=content.from_s,
            until_s=content.until_s,
            text=content.text,
            when=LATER if period.start or period.end else NOW,
            start=period.start.astimezone(tz).strftime(DATETIME_LOCAL_FORMAT) if period.start else "",
            end=period.end.astimezone(tz).strftime(DATETIME_LOCAL_FORMAT) if period.end else "",
            revision=str(draft.revision),
            seen=str(seen or ""),
        )

    def validate_draft(self, draft: Draft, tz: tzinfo) -> bool:
        """True when `content` and `period` are valid; else the fields have errors."""
        self.validate()
        if not self.first_errors and not self.from_s.data < self.until_s.data <= draft.audio.seconds + 0.1:
            self.add_error("until_s", END_BEFORE_START)
        if len(self.text.data) > MAX_TEXT_LENGTH:
            self.add_error("text", translatable("This text is too long: 5,000 characters at most."))
        for field in ("start", "end"):
            if not self[field].parse(tz):
                self.add_error(field, translatable("Write a day and a time."))
        if self.when.data == LATER and not (self.start.data or self.end.data):
            self.add_error("start", _PERIOD_MISSING)
        return not self.first_errors

    @property
    def content(self) -> DraftContent:
        return DraftContent(round(self.from_s.data, 2), round(self.until_s.data, 2), self.text.data)

    @property
    def period(self) -> AirPeriod:
        if self.when.data != LATER:
            return AirPeriod()
        return AirPeriod(self.start.utc, self.end.utc)

    @property
    def seen_version(self) -> int | None:
        return parse_number(self.seen.data)


class BlackoutForm(Form):
    reason = StringField(filters=[clean_text])
    start = LocalDateTimeField()
    end = LocalDateTimeField()
    file = FileField()
    text = TextAreaField(filters=[clean_text])


def parse_number(text: str | None) -> int | None:
    """A number that we wrote into a hidden field; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
