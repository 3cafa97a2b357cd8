"""Forms of messages. A form with errors is shown again with everything that was typed."""

import math
from datetime import datetime, tzinfo

from flask_wtf.file import FileField
from wtforms import FloatField, HiddenField, StringField, TextAreaField

from console.forms import Form, clean_text, parse_number
from records.messages.draft_types import AirPeriod, Draft, DraftContent
from routing.local_times import ClockPass, LocalTimeError, clock_pass, local_instants, to_instant
from routing.moments import is_plausible
from translations.message import Message, translatable

MAX_TEXT_LENGTH = 5000
NOW, LATER = "now", "later"
DATETIME_LOCAL_FORMAT = "%Y-%m-%dT%H:%M"
PASS_SUFFIX = "_pass"

END_BEFORE_START = translatable("The end comes after the beginning, and not after the end of the recording.")
END_PASSED = translatable("This end has gone by, or comes before the beginning. Choose a later one.")
DATETIME_MISSING = translatable("Write a day and a time.")
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
    """A local date and time of this century; `utc` is None while nothing valid is typed.

    `is_repeated`: clocks show it twice, in the night in which they go back. The page then asks which of the two is
    meant, in a field of the same name with PASS_SUFFIX.
    """

    utc: datetime | None = None
    is_repeated = False

    def parse(self, tz: tzinfo, chosen: str) -> Message | None:
        """Sets `utc`; gives what is wrong. `chosen` is a ClockPass, or any other text for none."""
        if not (text := (self.data or "").strip()):
            return None
        try:
            typed = datetime.strptime(text[:16], DATETIME_LOCAL_FORMAT).replace(tzinfo=tz)
            if not is_plausible(typed):
                return DATETIME_MISSING
            wall = typed.replace(tzinfo=None)
            self.is_repeated = len(local_instants(wall, tz)) > 1
            self.utc = to_instant(wall, tz, ClockPass(chosen) if chosen in [*ClockPass] else None)
        except LocalTimeError as error:
            return error.message
        except ValueError:
            return DATETIME_MISSING
        return None


class PeriodForm(Form):
    """A form with a beginning and an end."""

    start = LocalDateTimeField()
    end = LocalDateTimeField()
    start_pass = StringField()
    end_pass = StringField()

    def parse_moments(self, tz: tzinfo) -> None:
        """Reads both; a wrong one has an error."""
        for name in ("start", "end"):
            if problem := self[name].parse(tz, self[name + PASS_SUFFIX].data or ""):
                self.add_error(name, problem)


def _moment_fields(name: str, moment: datetime | None, tz: tzinfo) -> dict[str, str]:
    """The values of a field and of its pass."""
    if moment is None:
        return {name: "", name + PASS_SUFFIX: ""}
    return {
        name: moment.astimezone(tz).strftime(DATETIME_LOCAL_FORMAT),
        name + PASS_SUFFIX: clock_pass(moment, tz) or "",
    }


class DraftForm(PeriodForm):
    """Content and air period of a draft.

    `revision` and `seen` are the revision of the draft and the newest published version that its editor has seen.
    """

    from_s = SecondsField()
    until_s = SecondsField()
    text = TextAreaField(filters=[clean_text])
    when = StringField(default=NOW)
    revision = HiddenField()
    seen = HiddenField()

    @classmethod
    def from_draft(cls, draft: Draft, seen: int | None, tz: tzinfo) -> "DraftForm":
        """Filled with the draft."""
        content, period = draft.content, draft.period
        form = cls(
            formdata=None,
            from_s=content.from_s,
            until_s=content.until_s,
            text=content.text,
            when=LATER if period.start or period.end else NOW,
            revision=str(draft.revision),
            seen=str(seen or ""),
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
        if len(self.text.data) > MAX_TEXT_LENGTH:
            self.add_error("text", translatable("This text is too long: 5,000 characters at most."))
        self.parse_moments(tz)
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


class BlackoutForm(PeriodForm):
    reason = StringField(filters=[clean_text])
    file = FileField()
    text = TextAreaField(filters=[clean_text])
