"""Exceptions from calendar files."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.hours.ical import MAX_BYTES, IcalError, ImportedException, parse_ical_exceptions
from routing.hours.notation import parse_spans

PARIS = ZoneInfo("Europe/Paris")
YEAR = (date(2031, 1, 1), date(2031, 12, 31))


def calendar(*events: str) -> str:
    parts = (f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT" for number, event in enumerate(events))
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *parts, "END:VCALENDAR", ""]).replace(
        "\n", "\r\n"
    )


def imported(*events: str, between=YEAR, tz=PARIS) -> list[tuple[str, str, str]]:
    found = parse_ical_exceptions(calendar(*events), tz, between)
    return [(each.day.isoformat(), each.spans, each.summary) for each in found]


def test_an_event_for_whole_days_closes_them():
    event = "DTSTART;VALUE=DATE:20311224\nDTEND;VALUE=DATE:20311227\nSUMMARY:Fêtes"
    assert imported(event) == [(f"2031-12-{day}", (), "Fêtes") for day in (24, 25, 26)]


def test_an_event_with_times_opens_its_day_for_that_long():
    event = "DTSTART;TZID=Europe/Paris:20310308T100000\nDTEND;TZID=Europe/Paris:20310308T123000\nSUMMARY:Samedi"
    assert imported(event) == [("2031-03-08", parse_spans("10:00-12:30"), "Samedi")]


@pytest.mark.parametrize("zone", [PARIS, ZoneInfo("America/Cayenne")])
def test_a_time_with_a_zone_is_converted_and_a_time_without_zone_is_local(zone):
    utc = "DTSTART:20310708T080000Z\nDTEND:20310708T100000Z\nSUMMARY:UTC"
    local = "DTSTART:20310709T080000\nDTEND:20310709T100000\nSUMMARY:local"
    converted = {"Europe/Paris": "10:00-12:00", "America/Cayenne": "05:00-07:00"}[zone.key]
    assert imported(utc, local, tz=zone) == [
        ("2031-07-08", parse_spans(converted), "UTC"),
        ("2031-07-09", parse_spans("08:00-10:00"), "local"),
    ]


@pytest.mark.parametrize(
    "title", ["Fermé", "FERMÉE : inventaire", "Fermeture", "Closed for stocktaking", "ferme\u0301"]
)
def test_an_event_titled_closed_closes_the_day_whatever_its_times(title):
    event = f"DTSTART:20310303T080000\nDTEND:20310303T180000\nSUMMARY:{title}"
    assert [(day, spans) for day, spans, _ in imported(event)] == [("2031-03-03", ())]


def test_several_openings_of_a_day_are_merged():
    events = [
        f"DTSTART:20310308T{begin}00\nDTEND:20310308T{end}00\nSUMMARY:Samedi"
        for begin, end in [("1400", "1600"), ("0900", "1100"), ("1030", "1200")]
    ]
    assert imported(*events) == [("2031-03-08", parse_spans("09:00-12:00, 14:00-16:00"), "Samedi")]


def test_a_day_with_an_opening_and_a_closing_is_closed():
    opens = "DTSTART:20310308T090000\nDTEND:20310308T120000\nSUMMARY:Samedi"
    closes = "DTSTART;VALUE=DATE:20310308\nSUMMARY:Fermé"
    assert imported(opens, closes) == [("2031-03-08", (), "Samedi / Fermé")]


def test_an_event_over_midnight_is_split_at_midnight():
    event = "DTSTART:20310308T220000\nDTEND:20310309T020000\nSUMMARY:Nuit"
    assert imported(event) == [
        ("2031-03-08", parse_spans("22:00-24:00"), "Nuit"),
        ("2031-03-09", parse_spans("00:00-02:00"), "Nuit"),
    ]


def test_recurrences_are_expanded_with_their_moved_excluded_and_cancelled_events():
    weekly = (
        "DTSTART:20310301T090000\nDTEND:20310301T120000\nSUMMARY:Samedi\n"
        "RRULE:FREQ=WEEKLY;UNTIL=20310331T000000\nEXDATE:20310308T090000"
    )
    moved = "RECURRENCE-ID:20310315T090000\nDTSTART:20310315T100000\nDTEND:20310315T110000\nSUMMARY:Samedi court"
    cancelled = "DTSTART;VALUE=DATE:20310401\nSUMMARY:Fermé\nSTATUS:CANCELLED"
    text = calendar(weekly, moved, cancelled).replace("UID:1", "UID:0")
    assert parse_ical_exceptions(text, PARIS, YEAR) == (
        ImportedException(date(2031, 3, 1), parse_spans("09:00-12:00"), "Samedi"),
        ImportedException(date(2031, 3, 15), parse_spans("10:00-11:00"), "Samedi court"),
        ImportedException(date(2031, 3, 22), parse_spans("09:00-12:00"), "Samedi"),
        ImportedException(date(2031, 3, 29), parse_spans("09:00-12:00"), "Samedi"),
    )


def test_a_yearly_closure_counts_in_the_requested_years():
    event = "DTSTART;VALUE=DATE:20201224\nRRULE:FREQ=YEARLY\nSUMMARY:Fermé"
    assert [day for day, *_ in imported(event)] == ["2031-12-24"]


def test_only_the_requested_days_are_imported_both_ends_included():
    event = "DTSTART;VALUE=DATE:20310801\nDTEND;VALUE=DATE:20310901\nSUMMARY:Congés"
    between = (date(2031, 8, 4), date(2031, 8, 6))
    assert [day for day, *_ in imported(event, between=between)] == ["2031-08-04", "2031-08-05", "2031-08-06"]


def test_a_title_is_one_line_without_invisible_characters():
    event = "DTSTART;VALUE=DATE:20310303\nSUMMARY:Fermé\\n\u202epour \t inventaire" + "x" * 100
    (_, _, title) = imported(event)[0]
    assert title.startswith("Fermé pour inventairexx") and title.isprintable() and len(title) == 60


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("DTSTART;VALUE=DATE:20310303\nSUMMARY:Ouvert", "'Ouvert' on 2031-03-03 does not say from when to when"),
        ("DTSTART:20310303T000000\nDTEND:20310304T000000\nSUMMARY:Open", "does not say from when to when"),
        ("DTSTART:20310303T090000\nDTEND:20310303T090030\nSUMMARY:Court", "'Court' on 2031-03-03 has no length"),
        ("DTSTART:20310303T090000\nSUMMARY:Court", "has no length"),
        ("DTSTART:20310303T090000\nRRULE:FREQ=SECONDLY\nSUMMARY:Vite", "'Vite' repeats more often than once a day"),
        ("DTSTART:20310303T090000\nRRULE:COUNT=3\nSUMMARY:Vite", "that can be read"),
        ("DTSTART:tomorrow\nSUMMARY:Bientôt", "that can be read"),
        ("SUMMARY:Jamais", "that can be read"),
    ],
)
def test_an_ambiguous_event_is_refused_with_its_title(event, reason):
    with pytest.raises(IcalError, match=reason):
        imported(event)


@pytest.mark.parametrize("text", ["", "hours", "BEGIN:VCALENDAR", "END:VCALENDAR", "\x00", "<html>", "BEGIN:VEVENT\n"])
def test_a_text_that_is_not_a_calendar_is_refused_with_a_sentence(text):
    with pytest.raises(IcalError, match=r"No calendar file \(iCalendar, \.ics\) that can be read"):
        parse_ical_exceptions(text, PARIS, YEAR)


def test_a_calendar_that_is_too_long_is_refused():
    with pytest.raises(IcalError, match="longer than"):
        parse_ical_exceptions("x" * (MAX_BYTES + 1), PARIS, YEAR)


GOOD = calendar(
    "DTSTART;TZID=Europe/Paris:20310308T100000\nDTEND;TZID=Europe/Paris:20310308T123000\nSUMMARY:Samedi\n"
    "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Paris:20310315T100000",
    "DTSTART;VALUE=DATE:20311224\nDURATION:P2D\nSUMMARY:Fermé",
)
snippets = st.text(max_size=6) | st.sampled_from(
    ["\r\n", ":", ";", "=", "DTEND:", "DURATION:-P1D", "99999999", "T", "Z"]
)


@given(st.integers(0, len(GOOD)), st.integers(0, 12), snippets)
def test_a_damaged_calendar_is_read_or_refused(place, length, snippet):
    text = GOOD[:place] + snippet + GOOD[place + length :]
    try:
        found = parse_ical_exceptions(text, PARIS, YEAR)
    except IcalError as error:
        assert str(error).isprintable() and str(error).endswith((".", ".."))
    else:
        assert all(YEAR[0] <= each.day <= YEAR[1] for each in found)
