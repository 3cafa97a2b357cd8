"""The forms of drafts. A form with errors is shown again with everything that was typed."""

import math
from datetime import datetime, tzinfo

from flask_wtf.file import FileField
from wtforms import FloatField, HiddenField, StringField, TextAreaField

from console.forms import Form, clean_text, parse_number
from console.message.forms import DATETIME_LOCAL_FORMAT, PASS_SUFFIX, PeriodForm
from records.messages.draft_types import AirPeriod, Draft, DraftContent
from routing.local_times import clock_pass
from translations.message import translatable

MAX_TEXT_LENGTH = 5000
MAX_SPOKEN_LENGTH = 2000
MAX_TITLE_LENGTH = 100
MAX_REASON_LENGTH = 500
NOW, LATER = "now", "later"

END_BEFORE_START = translatable("The end must come after the start, and not after the end of the recording.")
TITLE_TOO_LONG = translatable("This title is too long: 100 characters at most.")
TEXT_TO_SPEAK = translatable("Write what the voice says, in 2,000 characters at most.")
_PERIOD_MISSING = translatable("Write when it begins or ends, or choose “Now, until the next message”.")
_SECONDS_WRONG = translatable("Write a number of seconds, such as 1.5.")


def clean_line(text: str | None) -> str:
    """A filter for texts of one line."""
    return " ".join(clean_text(text).split())


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


class NewDraftForm(Form):
    """A sound, or a text that the synthetic voice speaks; and the title."""

    file = FileField()
    title = StringField(filters=[clean_line])
    text = TextAreaField(filters=[clean_text])


class DraftForm(PeriodForm):
    """Content and air period of a draft, and why it is sent back.

    `revision`, `seen` and `edits`: the revision of the draft, the newest published version (of a prompt: the mark of
    its sound) and the scheduled version that it replaces, as its editor has seen them.
    """

    from_s = SecondsField()
    until_s = SecondsField()
    title = StringField(filters=[clean_line])
    text = TextAreaField(filters=[clean_text])
    when = StringField(default=NOW)
    reason = TextAreaField(filters=[clean_text])
    revision = HiddenField()
    seen = HiddenField()
    edits = HiddenField()

    @classmethod
    def from_draft(cls, draft: Draft, seen: int | None, edits: int | None, tz: tzinfo) -> "DraftForm":
        """Filled with the draft."""
        content, period = draft.content, draft.period
        form = cls(
            formdata=None,
            from_s=content.from_s,
            until_s=content.until_s,
            title=content.title,
            text=content.text,
            when=LATER if period.start or period.end else NOW,
            revision=str(draft.revision),
            seen=str(seen or ""),
            edits=str(edits or ""),
            **_moment_fields("start", period.start, tz),
            **_moment_fields("end", period.end, tz),
        )
        form.parse_moments(tz)
        return form

    def validate_draft(self, draft: Draft, tz: tzinfo) -> bool:
        """True when `content` and `period` are valid; else the fields have errors."""
        self.validate()
        if not self.first_errors and not self.from_s.data < self.until_s.data <= draft.audio.seconds + 0.1:
            self.add_error("until_s", END_BEFORE_START)
        if len(self.title.data) > MAX_TITLE_LENGTH:
            self.add_error("title", TITLE_TOO_LONG)
        if len(self.text.data) > MAX_TEXT_LENGTH:
            self.add_error("text", translatable("This text is too long: 5,000 characters at most."))
        self.parse_moments(tz)
        if self.when.data == LATER and not (self.start.data or self.end.data):
            self.add_error("start", _PERIOD_MISSING)
        return not self.first_errors

    @property
    def content(self) -> DraftContent:
        return DraftContent(round(self.from_s.data, 2), round(self.until_s.data, 2), self.text.data, self.title.data)

    @property
    def period(self) -> AirPeriod:
        if self.when.data != LATER:
            return AirPeriod()
        return AirPeriod(self.start.utc, self.end.utc)

    @property
    def seen_version(self) -> int | None:
        return parse_number(self.seen.data)

    @property
    def edited_version(self) -> int | None:
        return parse_number(self.edits.data)


def _moment_fields(name: str, moment: datetime | None, tz: tzinfo) -> dict[str, str]:
    """The values of a field and of its pass."""
    if moment is None:
        return {name: "", name + PASS_SUFFIX: ""}
    return {
        name: moment.astimezone(tz).strftime(DATETIME_LOCAL_FORMAT),
        name + PASS_SUFFIX: clock_pass(moment, tz) or "",
    }
