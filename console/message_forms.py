"""The forms of the message desk. What is typed never gets lost: a form that is refused comes back as it was."""

import math
import unicodedata
from datetime import UTC, datetime, tzinfo

from flask_wtf.file import FileField
from wtforms import FloatField, HiddenField, StringField, TextAreaField

from console.forms import Form
from records.message_draft import Draft, Period, Wording

LONGEST_TEXT = 5000
NOW, LATER = "now", "later"
_LOCAL = "%Y-%m-%dT%H:%M"


class Seconds(FloatField):
    """Seconds, with a comma or a point."""

    data: float  # once it has been understood

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        try:
            seconds = float(valuelist[0].replace(",", "."))
        except ValueError:
            seconds = math.nan
        self.data = seconds if math.isfinite(seconds) and seconds >= 0 else None  # type: ignore[assignment]
        if self.data is None:
            raise ValueError("seconds:wrong")


class LocalMoment(StringField):
    """A day and a time on the house's clock; None where nothing is written."""

    moment: datetime | None = None

    def read(self, tz: tzinfo) -> bool:
        """Sets `moment`, in UTC; False when what is written is none."""
        if not (text := (self.data or "").strip()):
            return True
        try:
            self.moment = datetime.strptime(text[:16], _LOCAL).replace(tzinfo=tz).astimezone(UTC)
        except (ValueError, OverflowError):
            return False
        return True


def plain(text: str | None) -> str:
    """A text as people read it: no control characters but line ends, which are \\n."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


class UploadForm(Form):
    file = FileField()
    text = TextAreaField(filters=[plain])


class WordingForm(Form):
    """How a draft shall be heard, and when. `revision` and `seen` tell what its editor has looked at."""

    from_s = Seconds()
    until_s = Seconds()
    text = TextAreaField(filters=[plain])
    when = StringField(default=NOW)
    start = LocalMoment()
    end = LocalMoment()
    revision = HiddenField()
    seen = HiddenField()

    @classmethod
    def of(cls, draft: Draft, seen: int | None, tz: tzinfo) -> "WordingForm":
        """As the draft stands."""
        wording, period = draft.wording, draft.period
        return cls(
            formdata=None,
            from_s=wording.from_s,
            until_s=wording.until_s,
            text=wording.text,
            when=LATER if period.start or period.end else NOW,
            start=period.start.astimezone(tz).strftime(_LOCAL) if period.start else "",
            end=period.end.astimezone(tz).strftime(_LOCAL) if period.end else "",
            revision=str(draft.revision),
            seen=str(seen or ""),
        )

    def understood(self, draft: Draft, tz: tzinfo) -> bool:
        """Whether `wording` and `period` can be read; else each field says why not."""
        self.validate()
        if not self.wrong and not self.from_s.data < self.until_s.data <= draft.sound.seconds + 0.1:
            self.refuse("until_s", "until_s:order")
        if len(self.text.data) > LONGEST_TEXT:
            self.refuse("text", "text:long")
        for field in ("start", "end"):
            if not self[field].read(tz):
                self.refuse(field, "moment:wrong")
        return not self.wrong

    @property
    def wording(self) -> Wording:
        return Wording(round(self.from_s.data, 2), round(self.until_s.data, 2), self.text.data)

    @property
    def period(self) -> Period:
        if self.when.data != LATER:
            return Period()
        return Period(self.start.moment, self.end.moment)

    @property
    def seen_version(self) -> int | None:
        return number(self.seen.data)


class EmbargoForm(Form):
    reason = StringField(filters=[plain])
    start = LocalMoment()
    end = LocalMoment()
    file = FileField()
    text = TextAreaField(filters=[plain])


def number(text: str | None) -> int | None:
    """A number that we wrote into a form; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
