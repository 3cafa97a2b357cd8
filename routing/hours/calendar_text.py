"""The text of a calendar file (iCalendar, RFC 5545): its events as lines, each with a name, parameters and a value.

It is read more leniently than the standard asks, because one line that a program wrote wrongly must not cost the file:
lines may be folded inside a character, and each event is taken by itself.
"""

import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_BYTES = 1_000_000
MAX_EVENTS = 5_000

_FOLD = re.compile(rb"(?:\r*\n|\r)[ \t]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_DATES = frozenset({"DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID"})


class IcalError(Exception):
    """The calendar cannot be imported; str() says why, and what to do."""


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
        raise IcalError(f"The calendar is longer than {MAX_BYTES} bytes; export a shorter period.")
    lines = [line.strip("\ufeff\0") for line in _LINE_END.split(_decode(content))]
    markers = [re.sub(r"\s*:\s*", ":", line.strip(), count=1).upper() for line in lines if line.strip()]
    if not markers or markers[0] != "BEGIN:VCALENDAR":
        raise _unreadable("it does not begin with BEGIN:VCALENDAR")
    if markers.count("END:VCALENDAR") < markers.count("BEGIN:VCALENDAR"):  # text behind the end does no harm
        raise _unreadable("its end is missing (END:VCALENDAR), so it was not stored whole; export it again")
    blocks = tuple(_split_blocks(lines))
    if sum(block.kind == "VEVENT" for block in blocks) > MAX_EVENTS:
        raise IcalError(f"The calendar has more than {MAX_EVENTS} events; export a shorter period.")
    return blocks


def _unreadable(reason: str) -> IcalError:
    return IcalError(f"No calendar file (iCalendar, .ics) that can be read: {reason}.")


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


def _split_blocks(lines: Sequence[str]) -> Iterator[TextBlock]:
    """Blocks in the order of their beginnings; an event that another one interrupts is not complete."""
    kind, inner, found = "", 0, list[ContentLine]()
    for text in lines:
        marker, _, name = (part.strip() for part in text.upper().partition(":"))
        if marker == "BEGIN" and name in ("VEVENT", "VTIMEZONE"):
            if kind:
                yield TextBlock(kind, tuple(found), complete=False)
            kind, inner, found = name, 0, []
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
    if "QUOTED-PRINTABLE" in parameters.upper():  # vCalendar 1.0
        value = _decode_line(quopri.decodestring(value.encode()))
    return ContentLine(name, parameters, value) if colon else None
