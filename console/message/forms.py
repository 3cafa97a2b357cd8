"""Forms with days and times. A form with errors is shown again with everything that was typed."""

from datetime import datetime, tzinfo

from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField

from console.forms import Form, clean_text
from routing.local_times import ClockPass, LocalTimeError, local_instants, to_instant
from routing.moments import is_plausible
from translations.message import Message, translatable

MAX_TEXT_LENGTH = 5000
DATETIME_LOCAL_FORMAT = "%Y-%m-%dT%H:%M"
PASS_SUFFIX = "_pass"

END_PASSED = translatable("This end has passed, or comes before the start. Choose a later one.")
DATETIME_MISSING = translatable("Enter a day and a time.")


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


class BlackoutForm(PeriodForm):
    reason = StringField(filters=[clean_text])
    file = FileField()
    text = TextAreaField(filters=[clean_text])
