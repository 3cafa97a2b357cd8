"""A closing in a calendar file closes what it says, neither less nor more."""

import base64
import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from routing.hours.ical import Doubtful, IcalError, IcalImport, read_ical
from routing.hours.notation import format_spans, parse_spans
from routing.hours.opening_hours import OpeningHours
from routing.hours.public_holidays import HolidayZone

PARIS = ZoneInfo("Europe/Paris")
YEAR = (date(2031, 1, 1), date(2031, 12, 31))
OFFICE = OpeningHours((*[parse_spans("09:00-12:00, 13:30-18:00")] * 5, (), ()), holiday_zone=HolidayZone.METROPOLITAN)


def read(*events: str, doubtful=Doubtful.ASK, usual: OpeningHours | None = OFFICE) -> IcalImport:
    parts = (
        event if "UID:" in event else f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT"
        for number, event in enumerate(events)
    )
    text = "\n".join(["BEGIN:VCALENDAR", *parts, "END:VCALENDAR", ""]).replace("\n", "\r\n")
    found = read_ical(text.encode(), PARIS, YEAR, doubtful, usual)
    assert found.events_read == found.events_imported + len(found.left_out)
    return found


def days(found: IcalImport) -> dict[str, str]:
    return {f"{each.day:%m-%d}": format_spans(each.spans) for each in found.exceptions}


def timed(day: str, begins: str, ends: str, title: str, *more: str) -> str:
    lines = [f"DTSTART:2031{day}T{begins}00", f"DTEND:2031{day}T{ends}00", f"SUMMARY:{title}", *more]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "title", ["Fermé", "Fermeture", "Closed", "Clos", "Clos : inventaire", "Bureau clos", "Geschlossen", "Cerrado"]
)
@pytest.mark.parametrize(
    ("times", "left"),
    [
        (("1400", "1600"), "09:00-12:00, 13:30-14:00, 16:00-18:00"),
        (("0800", "1200"), "13:30-18:00"),
        (("1100", "1400"), "09:00-11:00, 14:00-18:00"),
        (("0900", "1800"), "closed"),
        (("0800", "1900"), "closed"),
        (("1600", "2359"), "09:00-12:00, 13:30-16:00"),
    ],
)
def test_a_closing_with_times_closes_its_part_of_the_day(title: str, times: tuple[str, str], left: str) -> None:
    assert days(read(timed("0303", *times, title))) == {"03-03": left}


def test_a_closing_at_times_when_we_are_closed_anyway_is_named_and_changes_nothing() -> None:
    found = read(timed("0303", "1900", "2100", "Fermé"), timed("0304", "1400", "1600", "Fermé"))
    assert days(found) == {"03-04": "09:00-12:00, 13:30-14:00, 16:00-18:00"}
    assert [str(each.reason) for each in found.left_out] == ["is at times when we are closed anyway"]
    both = timed("0303", "1700", "2100", "Fermé", "RRULE:FREQ=WEEKLY;COUNT=1")
    assert days(read(both)) == {"03-03": "09:00-12:00, 13:30-17:00"}


def test_without_known_hours_a_closing_with_times_closes_the_day() -> None:
    assert days(read(timed("0303", "1400", "1600", "Fermé"), usual=None)) == {"03-03": "closed"}


@pytest.mark.parametrize("title", ["Visite du Clos Lucé", "Réunion à huis clos", "Permanence au Clos des Vignes"])
def test_a_title_that_only_sounds_like_a_closing_is_an_opening(title: str) -> None:
    assert days(read(timed("0308", "1000", "1200", title))) == {"03-08": "10:00-12:00"}


@pytest.mark.parametrize(
    "title", ["Pas d'accueil", "Sans permanence", "Ouvert sauf l'après-midi", "Open except on Monday", "Betriebsferien"]
)
def test_an_event_that_says_that_nobody_is_there_is_asked_about(title: str) -> None:
    found = read(timed("0303", "1400", "1600", title))
    assert found.exceptions == () and [each.is_question for each in found.left_out] == [True]


def test_a_closing_counts_on_a_day_that_another_event_opens() -> None:
    opened, closed = timed("0308", "1000", "1600", "Samedi"), timed("0308", "1200", "1300", "Fermé")
    assert days(read(opened, closed)) == days(read(closed, opened)) == {"03-08": "10:00-12:00, 13:00-16:00"}
    whole = "DTSTART;VALUE=DATE:20310308\nSUMMARY:Fermé"
    assert days(read(opened, whole)) == {"03-08": "closed"}


def test_a_closing_over_several_days_begins_and_ends_at_its_times() -> None:
    event = "DTSTART:20310303T160000\nDTEND:20310306T100000\nSUMMARY:Fermé"
    assert days(read(event)) == {
        "03-03": "09:00-12:00, 13:30-16:00",
        "03-04": "closed",
        "03-05": "closed",
        "03-06": "10:00-12:00, 13:30-18:00",
    }


@pytest.mark.parametrize(
    ("event", "closed"),
    [
        ("DTSTART:20310303T080000\nDTEND:20310305T173000\nSUMMARY:Congés", ["03-03", "03-04", "03-05"]),
        ("DTSTART:20310303T090000\nDTEND:20310303T170000\nSUMMARY:Congés", ["03-03"]),
        ("DTSTART:20310303T180000\nDTEND:20310305T090000\nSUMMARY:Congés", ["03-04"]),
        ("DTSTART:20310303T080000\nDTEND:20310303T190000\nSUMMARY:Urlaub", ["03-03"]),
    ],
)
def test_a_leave_that_covers_a_day_closes_it(event: str, closed: list[str]) -> None:
    assert [day for day, spans in days(read(event)).items() if spans == "closed"] == closed


def test_a_closing_on_a_public_holiday_leaves_it_closed() -> None:
    assert days(read(timed("0501", "1400", "1600", "Fermé"))) == {}


def test_a_closing_that_repeats_closes_each_of_its_days_in_part() -> None:
    event = timed("0303", "1400", "1600", "Fermé", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert set(days(read(event)).items()) == {
        (day, "09:00-12:00, 13:30-14:00, 16:00-18:00") for day in ("03-03", "03-10")
    }


def test_each_question_is_answered_by_itself() -> None:
    events = [timed("0303", "0900", "1200", "Permanence congés"), timed("0304", "0900", "1200", "Fermeture annulée")]
    asked = read(*events)
    assert [(each.place, each.is_question) for each in asked.left_out] == [(0, True), (1, True)]
    answered = read(*events, doubtful={0: Doubtful.CLOSED, 1: Doubtful.OPEN})
    assert days(answered) == {"03-03": "13:30-18:00", "03-04": "09:00-12:00"} and not answered.left_out
    assert days(read(*events, doubtful={0: Doubtful.CLOSED})) == {"03-03": "13:30-18:00"}


def test_an_opening_of_about_a_day_that_is_none_closes_the_days_that_it_covers() -> None:
    event = "DTSTART:20310303T080000\nDTEND:20310304T080000\nSUMMARY:Astreinte"
    found = read(event, doubtful=Doubtful.CLOSED)
    assert days(found) == {"03-03": "closed"}


def revision(sequence: int | None, day: str, *more: str, uid: str = "a@x") -> str:
    number = [] if sequence is None else [f"SEQUENCE:{sequence}"]
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        *number,
        f"DTSTART;VALUE=DATE:2031{day}",
        "SUMMARY:Fermé",
        *more,
        "END:VEVENT",
    ]
    return "\n".join(lines)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (None, 1), (2, 2), (None, None)])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_cancellation_of_the_same_event_ends_its_earlier_version(first, second, reverse: bool) -> None:
    events = [revision(first, "0303"), revision(second, "0303", "STATUS:CANCELLED")]
    found = read(*(events[::-1] if reverse else events))
    assert found.exceptions == () and len(found.left_out) == 2
    assert {"cancelled" in str(each) for each in found.left_out} == {True}


def test_a_cancellation_with_a_later_sequence_ends_a_version_of_another_day() -> None:
    assert read(revision(0, "0303"), revision(3, "0304", "STATUS:CANCELLED")).exceptions == ()


def test_a_cancellation_ends_neither_a_later_version_nor_other_events_that_share_its_identifier() -> None:
    assert days(read(revision(2, "0303"), revision(1, "0303", "STATUS:CANCELLED"))) == {"03-03": "closed"}
    assert days(read(revision(None, "0303"), revision(None, "0304", "STATUS:CANCELLED"))) == {"03-03": "closed"}
    assert days(read(revision(0, "0303", uid="b@x"), revision(5, "0303", "STATUS:CANCELLED"))) == {"03-03": "closed"}


def test_a_cancelled_series_ends_its_moved_days_too() -> None:
    series = revision(0, "0303", "RRULE:FREQ=WEEKLY;COUNT=3")
    moved = revision(0, "0311", "RECURRENCE-ID;VALUE=DATE:20310310")
    assert read(series, moved, revision(1, "0303", "STATUS:CANCELLED")).exceptions == ()


ENCODED = base64.b64encode("Fermé pour inventaire".encode()).decode()


@pytest.mark.parametrize(
    "line",
    [
        f"SUMMARY;ENCODING=BASE64:{ENCODED}",
        f"SUMMARY;ENCODING=b;CHARSET=UTF-8:{ENCODED}",
        f"SUMMARY;BASE64:{ENCODED[:10]}\n {ENCODED[10:]}",
        "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ferm=C3=A9 pour inventaire",
        "SUMMARY;ENCODING=QUOTED-PRINTABLE:Ferm=\n=C3=A9 pour inven=\ntaire",
        "SUMMARY;QUOTED-PRINTABLE:Ferm=C3=\n=A9 pour inventaire",
        "SUMMARY:=?utf-8?q?Ferm=C3=A9_pour_inventaire?=",
        f"SUMMARY:=?UTF-8?B?{ENCODED}?=",
    ],
)
def test_an_encoded_title_is_decoded_before_it_is_judged(line: str) -> None:
    (day,) = read(f"DTSTART:20310303T090000\nDTEND:20310303T120000\n{line}").exceptions
    assert (format_spans(day.spans), day.summary) == ("13:30-18:00", "Fermé pour inventaire")


@pytest.mark.parametrize("title", ["=?utf-8?q?x", "=?nonsense?b?////?=", "=?utf-8?b?!?="])
def test_a_wrongly_encoded_title_stays_as_it_is(title: str) -> None:
    assert len(read(f"DTSTART;VALUE=DATE:20310303\nSUMMARY:{title}").exceptions) == 1
    assert len(read("DTSTART;VALUE=DATE:20310303\nSUMMARY;ENCODING=BASE64:é").exceptions) == 1


def test_a_calendar_that_is_a_cancellation_closes_nothing() -> None:
    text = "BEGIN:VCALENDAR\n{}BEGIN:VEVENT\nDTSTART;VALUE=DATE:2031{}\nSUMMARY:Fermé\nEND:VEVENT\nEND:VCALENDAR\n"
    cancelled, published = text.format("METHOD:CANCEL\n", "0303"), text.format("METHOD:PUBLISH\n", "0304")
    found = read_ical((cancelled + published).encode(), PARIS, YEAR, usual=OFFICE)
    assert days(found) == {"03-04": "closed"}
    assert [str(each.reason) for each in found.left_out] == ["is cancelled"]


@pytest.mark.parametrize(
    "events",
    [
        ["DTSTART;VALUE=DATE:20310101\nDTEND;VALUE=DATE:20311230\nRRULE:FREQ=DAILY;COUNT=300\nSUMMARY:Fermé"] * 10,
        ["DTSTART;VALUE=DATE:20000101\nDTEND;VALUE=DATE:20500101\nSUMMARY:Fermé"] * 200,
        ["DTSTART;VALUE=DATE:20310303\nSUMMARY:" + "=?utf-8?q?a?= " * 60_000],
        ["DTSTART;VALUE=DATE:20310303\nSUMMARY:Fermé" + "\\" * 900_000],
    ],
)
def test_a_calendar_that_covers_too_much_is_read_or_refused_soon(events: list[str]) -> None:
    began = time.process_time()
    try:
        read(*events)
    except IcalError as error:
        assert "cover more than 50000 days" in str(error)
    assert time.process_time() - began < 5
