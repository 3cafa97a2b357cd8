"""The text of a calendar file (iCalendar, RFC 5545): its events as lines, each with a name, parameters and a value.

It is read more leniently than the standard asks, because one line that a program wrote wrongly must not cost the file:
lines may be folded inside a character, and each event is taken by itself.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from translations.message import Message, translatable

MAX_BYTES = 1_000_000
MAX_EVENTS = 5_000

_FOLD = re.compile(rb"(?:\r*\n|\r)[ \t]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED_PRINTABLE = re.compile(r"[A-Za-z0-9-]+;[^:]*QUOTED-PRINTABLE[^:]*:", re.IGNORECASE)
_DATES = frozenset({"DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID"})


class IcalError(Exception):
    """The calendar cannot be imported; `message` says why, and what to do."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(message))


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One line, such as DTSTART;TZID=Europe/Paris:20301224T090000; `name` is in capitals."""

    name: str
    parameters: str
    value: str

    def parameter(self, name: str) -> str:
        """The value of a parameter without quotation marks; "" when it is not there."""
        found = re.search(rf';{name}=("[^"]*"|[^;]*)', self.parameters, re.IGNORECASE)
        return found[1].strip('"').strip() if found else ""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """The lines of one VEVENT or VTIMEZONE, without those of alarms inside. `complete`: its END is there."""

    kind: str
    lines: tuple[ContentLine, ...]
    complete: bool = True

    def find(self, name: str) -> ContentLine | None:
        """The first line of this name."""
        return next((line for line in self.lines if line.name == name), None)

    def find_all(self, name: str) -> Iterator[ContentLine]:
        """Every line of this name."""
        return (line for line in self.lines if line.name == name)

    def value(self, name: str) -> str:
        """The value of the first line of this name without outer spaces; "" without one."""
        line = self.find(name)
        return line.value.strip() if line else ""


def read_blocks(content: bytes) -> tuple[TextBlock, ...]:
    """Every event and time zone of the file, in order. Raises IcalError for a file that is no whole calendar."""
    if len(content) > MAX_BYTES:
        raise IcalError(
            translatable("The calendar is longer than %(count)s bytes; export a shorter period.", count=MAX_BYTES)
        )
    lines = [line.strip("\ufeff\0") for line in _join_soft_breaks(_LINE_END.split(_decode(content)))]
    markers = [re.sub(r"\s*:\s*", ":", line.strip(), count=1).upper() for line in lines if line.strip()]
    if not markers or markers[0] != "BEGIN:VCALENDAR":
        raise _unreadable(translatable("it does not begin with BEGIN:VCALENDAR"))
    if markers.count("END:VCALENDAR") < markers.count("BEGIN:VCALENDAR"):  # text behind the end does no harm
        raise _unreadable(
            translatable("its end is missing (END:VCALENDAR), so it was not stored whole; export it again")
        )
    blocks = tuple(_split_blocks(lines))
    if sum(block.kind == "VEVENT" for block in blocks) > MAX_EVENTS:
        raise IcalError(
            translatable("The calendar has more than %(count)s events; export a shorter period.", count=MAX_EVENTS)
        )
    return blocks


def _unreadable(reason: Message) -> IcalError:
    return IcalError(translatable("No calendar file (iCalendar, .ics) that can be read: %(reason)s.", reason=reason))


def _decode(content: bytes) -> str:
    """The text, unfolded before it is decoded: a fold counts bytes, and may lie inside a character."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _unfold(content.decode("utf-16", errors="replace"))
    if b"\0" in content[:4]:  # ASCII letters in UTF-16 have a zero byte behind them, or before them
        return _unfold(content.decode("utf-16-be" if content[0] == 0 else "utf-16-le", errors="replace"))
    lines = _FOLD.sub(b"", content).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return "\n".join(map(_decode_line, lines))


def _unfold(text: str) -> str:
    return re.sub(r"(?:\r*\n|\r)[ \t]", "", text)


def _decode_line(line: bytes) -> str:
    """A line by itself: files that were put together from several may have several encodings."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _join_soft_breaks(lines: Sequence[str]) -> Iterator[str]:
    """The lines; one in quoted-printable that ends in "=" goes on in the next line (vCalendar 1.0, RFC 2045)."""
    pending = ""
    for line in lines:
        whole = pending + line
        if whole.endswith("=") and _QUOTED_PRINTABLE.match(whole):
            pending = whole[:-1]
        else:
            yield whole
            pending = ""
    if pending:
        yield pending


def _split_blocks(lines: Sequence[str]) -> Iterator[TextBlock]:
    """Blocks in the order of their beginnings; an event that another one interrupts is not complete.

    The events of a calendar that is itself a cancellation (METHOD:CANCEL, RFC 5546) are cancelled.
    """
    kind, inner, found, given = "", 0, list[ContentLine](), list[ContentLine]()
    for text in lines:
        marker, _, name = (part.strip() for part in text.upper().partition(":"))
        if marker == "BEGIN" and name in ("VEVENT", "VTIMEZONE"):
            if kind:
                yield TextBlock(kind, tuple(found), complete=False)
            kind, inner, found = name, 0, [*given]
        elif not kind and (marker, name) == ("BEGIN", "VCALENDAR"):
            given = []
        elif not kind and (marker, name) == ("METHOD", "CANCEL"):
            given = [ContentLine("STATUS", "", "CANCELLED")]
        elif marker == "END" and kind and name in (kind, "VCALENDAR"):
            yield TextBlock(kind, tuple(found), complete=name == kind)
            kind, inner, found = "", 0, []
        elif kind == "VEVENT" and marker in ("BEGIN", "END"):
            inner = max(0, inner + (1 if marker == "BEGIN" else -1))
        elif kind and not inner and (line := _parse_line(text)):
            found.append(line)


def _split_date(rest: str) -> tuple[str, str, str]:
    """Parameters, colon and value; a value such as 2031-05-05T09:00:00 has colons of its own."""
    found = re.search(r":(\d{4}-\d\d-\d\dT\d\d:[^:]*(?::[^:]*)?)$", rest, re.IGNORECASE)
    return (rest[: found.start()], ":", found[1]) if found else rest.rpartition(":")


def _parse_line(text: str) -> ContentLine | None:
    """None for a line without a value, which no reader could understand."""
    head = re.match(r"\s*([A-Za-z0-9-]+)", text)
    if head is None:
        return None
    name = head[1].upper()
    rest = text[head.end() :]
    if name in _DATES:  # some programs write a colon into the name of a zone; a date has none
        parameters, colon, value = _split_date(rest)
    else:
        found = re.match(r'((?:;[^:";]*(?:"[^"]*"[^:";]*)*)*)(:)(.*)$', rest, re.DOTALL)
        parameters, colon, value = found.groups() if found else (rest, "", "")
    value = _decode_value(value, ContentLine(name, parameters, "").parameter("ENCODING") or parameters)
    return ContentLine(name, parameters, value) if colon else None


def _decode_value(value: str, encoding: str) -> str:
    """The text of a value in quoted-printable or BASE64, as vCalendar 1.0 and some programs write titles."""
    kind = encoding.upper().strip(";")
    if "QUOTED-PRINTABLE" in kind:
        return _decode_line(quopri.decodestring(value.encode()))
    if kind in ("BASE64", "B"):
        with suppress(binascii.Error, ValueError):
            return _decode_line(base64.b64decode("".join(value.split())))
    return value
