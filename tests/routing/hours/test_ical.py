"""Exceptions from calendar files."""

import contextlib
import time
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
import thorough
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing.hours.ical import MAX_BYTES, Doubtful, IcalError, IcalImport, ImportedException, read_ical
from routing.hours.notation import format_spans, parse_spans

PARIS = ZoneInfo("Europe/Paris")
YEAR = (date(2031, 1, 1), date(2031, 12, 31))


def calendar(*events: str) -> str:
    parts = (f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT" for number, event in enumerate(events))
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *parts, "END:VCALENDAR", ""]).replace(
        "\n", "\r\n"
    )


def read(text: str | bytes, tz=PARIS, between=YEAR, doubtful=Doubtful.ASK) -> IcalImport:
    """Reads a file; every event of it is imported or named."""
    found = read_ical(text if isinstance(text, bytes) else text.encode(), tz, between, doubtful)
    assert found.events_read == found.events_imported + len(found.left_out)
    assert all(str(event).isprintable() for event in found.left_out)
    return found


def imported(*events: str, between=YEAR, tz=PARIS) -> list[tuple[str, str, str]]:
    found = read(calendar(*events), tz, between)
    return [(each.day.isoformat(), each.spans, each.summary) for each in found.exceptions]


def days_of(*events: str, doubtful=Doubtful.ASK) -> dict[str, str]:
    """What an import makes of each day, in the notation of a plan."""
    found = read(calendar(*events), doubtful=doubtful)
    return {each.day.isoformat(): format_spans(each.spans) for each in found.exceptions}


def left_out(*events: str) -> list[str]:
    return [str(event) for event in read(calendar(*events)).left_out]


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
    assert read(text).exceptions == (
        ImportedException(date(2031, 3, 1), parse_spans("09:00-12:00"), "Samedi"),
        ImportedException(date(2031, 3, 15), parse_spans("10:00-11:00"), "Samedi court"),
        ImportedException(date(2031, 3, 22), parse_spans("09:00-12:00"), "Samedi"),
        ImportedException(date(2031, 3, 29), parse_spans("09:00-12:00"), "Samedi"),
    )


@pytest.mark.parametrize("excluded", ["EXDATE;VALUE=DATE:20310308", "EXDATE:20310308T000000"])
def test_an_excluded_day_excludes_the_time_of_the_series_on_it(excluded: str):
    weekly = f"DTSTART:20310301T090000\nDTEND:20310301T120000\nSUMMARY:Samedi\nRRULE:FREQ=WEEKLY;COUNT=3\n{excluded}"
    assert [day for day, *_ in imported(weekly)] == ["2031-03-01", "2031-03-15"]


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
        ("DTSTART;VALUE=DATE:20310303\nSUMMARY:Ouvert", "'Ouvert' (2031-03-03) does not say from when to when"),
        ("DTSTART:20310303T000000\nDTEND:20310304T000000\nSUMMARY:Open", "does not say from when to when"),
        ("DTSTART:20310303T090000\nSUMMARY:Court", "'Court' (2031-03-03 09:00) has no length"),
        ("DTSTART:20310303T090000\nDTEND:20310303T080000\nSUMMARY:Rebours", "ends before it begins"),
        (
            "DTSTART:20310303T090000\nDTEND;VALUE=DATE:20310304\nSUMMARY:Mixte",
            "begins with a date and ends with a time",
        ),
        ("DTSTART:20310303T090000\nRRULE:FREQ=SECONDLY\nSUMMARY:Vite", "repeats more often than once a day"),
        ("DTSTART:20310303T090000\nRRULE:FREQ=DAILY;BYHOUR=1,2\nSUMMARY:Vite", "repeats more often than once a day"),
        ("DTSTART:20310303T090000\nRRULE:COUNT=3\nSUMMARY:Vite", "without FREQ"),
        ("DTSTART:20310303T090000\nRRULE:FREQ=DAILY;INTERVAL=0\nSUMMARY:Vite", "an interval that is no number above 0"),
        ("DTSTART;VALUE=DATE:20310303\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY\nSUMMARY:Vite", "EXRULE"),
        ("DTSTART:tomorrow\nSUMMARY:Bientôt", "'Bientôt' (without a date) has a date that cannot be read: TOMORROW"),
        ("DTSTART;VALUE=DATE:20310230\nSUMMARY:Jamais", "has a date that does not exist"),
        ("SUMMARY:Jamais", "has no beginning"),
        ("DTSTART;VALUE=DATE:20310303\nSTATUS:CANCELLED\nSUMMARY:Fermé", "is cancelled"),
        ("DTSTART;VALUE=DATE:20300303\nSUMMARY:Fermé", "has no day from 2031-01-01 to 2031-12-31"),
        ("DTSTART;VALUE=DATE:20310303\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2\nSUMMARY:x", ""),
    ],
)
def test_an_event_that_cannot_be_imported_is_named_and_the_others_are_imported(event, reason):
    good = "DTSTART;VALUE=DATE:20311224\nSUMMARY:Fermé"
    found = read(calendar(event, good))
    assert ("2031-12-24", ()) in [(each.day.isoformat(), each.spans) for each in found.exceptions]
    assert not found.left_out or reason in str(found.left_out[0])
    assert found.left_out or not reason


def test_an_event_without_its_end_is_named_and_the_others_are_imported():
    text = calendar("DTSTART;VALUE=DATE:20310303\nSUMMARY:Rompu", "DTSTART;VALUE=DATE:20311224\nSUMMARY:Fermé")
    found = read(text.replace("SUMMARY:Rompu\r\nEND:VEVENT\r\n", "SUMMARY:Rompu\r\n"))
    assert [each.summary for each in found.exceptions] == ["Fermé"]
    assert "'Rompu' (2031-03-03) is not complete" in str(found.left_out[0])


def test_events_that_share_one_identifier_are_all_imported():
    events = [f"DTSTART;VALUE=DATE:203112{day}\nSUMMARY:Fermé {day}" for day in (24, 26, 31)]
    text = calendar(*events, "DTSTART:20310308T090000\nDTEND:20310308T120000\nSUMMARY:Samedi")
    for number in range(1, 4):
        text = text.replace(f"UID:{number}", "UID:0")
    assert [each.day.isoformat() for each in read(text).exceptions] == [
        *("2031-03-08", "2031-12-24", "2031-12-26", "2031-12-31")
    ]


def test_a_later_version_of_an_event_replaces_the_earlier_one_which_is_named():
    old = "SEQUENCE:1\nDTSTART;VALUE=DATE:20311224\nSUMMARY:Fermé"
    new = "SEQUENCE:2\nDTSTART;VALUE=DATE:20311226\nSUMMARY:Fermé"
    found = read(calendar(old, new).replace("UID:1", "UID:0"))
    assert [each.day.isoformat() for each in found.exceptions] == ["2031-12-26"]
    assert "is replaced by a later version" in str(found.left_out[0])


@pytest.mark.parametrize(
    ("times", "days"),
    [
        ("DTSTART;VALUE=DATE:20311224\nDTEND;VALUE=DATE:20311224", ["24"]),
        ("DTSTART:20311224\nDTEND:20311225", ["24"]),
        ("DTSTART:20311224T000000\nDTEND:20311224T235900", ["24"]),
        ("DTSTART:20311224T000000\nDTEND:20311225T235959", ["24", "25"]),
        ("DTSTART:20311223T230000Z\nDTEND:20311224T225900Z", ["24"]),
        ("DTSTART:20311224T000000Z\nDTEND:20311225T000000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE", ["24"]),
        ("DTSTART:20311223T230000Z\nDTEND:20311225T230000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE", ["24", "25"]),
        (
            "DTSTART;TZID=Tokyo Standard Time:20311224T000000\nDTEND;TZID=Tokyo Standard Time:20311225T000000\n"
            "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            ["24"],
        ),
    ],
)
@pytest.mark.parametrize("title", ["Inventaire", "Congés annuels", "Fermé"])
def test_whole_days_are_closed_in_each_way_that_programs_write_them(times: str, days: list[str], title: str):
    assert days_of(f"{times}\nSUMMARY:{title}") == {f"2031-12-{day}": "closed" for day in days}


@pytest.mark.parametrize(
    "title",
    [
        *("Congés", "congés d'été", "VACANCES", "Mairie fermée", "Bureau FERME", "Le service sera fermé", "RTT équipe"),
        *("Office closed", "Jour férié", "Bank holiday", "Pont de l'Ascension", "Fermé - réouverture le 3"),
    ],
)
def test_an_event_with_times_that_covers_the_day_and_says_so_closes_it(title: str):
    event = f"DTSTART:20310303T080000\nDTEND:20310305T180000\nSUMMARY:{title}"
    assert days_of(event) == {f"2031-03-0{day}": "closed" for day in (3, 4, 5)}


@pytest.mark.parametrize(
    ("times", "title", "question"),
    [
        ("DTSTART:20310303T090000\nDTEND:20310303T120000", "Permanence congés", "may be an opening or a closing"),
        ("DTSTART:20310303T080000\nDTEND:20310305T180000", "Séminaire", "would open for about a day"),
        ("DTSTART:20310303T080000\nDTEND:20310304T080000", "Astreinte", "would open for about a day"),
        ("DTSTART:20310303T010000\nDTEND:20310303T233000", "Permanence", "would open for about a day"),
        ("DTSTART;VALUE=DATE:20310303", "Mairie ouverte", "does not say from when to when"),
        ("DTSTART:20310303T000000\nDTEND:20310303T235900", "Ouvert", "does not say from when to when"),
        ("DTSTART:20310303T090000\nDTEND:20310303T180000", "Fermeture annulée", "says that it is closed, and that"),
        ("DTSTART:20310303T090000\nDTEND:20310303T180000", "Ouvert, fermé le midi", "says both open and closed"),
        ("DTSTART:20310303T140000", "Fermé", "begins at 14:00 and has no end"),
        ("DTSTART:20310303T090000\nDTEND:20310303T090000", "Congés", "begins at 09:00 and has no end"),
    ],
)
def test_an_event_that_may_open_or_close_is_a_question(times: str, title: str, question: str):
    event = f"{times}\nSUMMARY:{title}"
    found = read(calendar(event))
    assert (found.exceptions, [each.is_question for each in found.left_out]) == ((), [True])
    assert question in str(found.left_out[0])
    assert set(days_of(event, doubtful=Doubtful.CLOSED).values()) == {"closed"}
    assert "closed" not in days_of(event, doubtful=Doubtful.OPEN).values()


def test_an_opening_whose_title_names_holidays_is_an_opening():
    event = "DTSTART:20310303T090000\nDTEND:20310303T120000\nSUMMARY:Ouvert pendant les vacances"
    assert days_of(event) == {"2031-03-03": "09:00-12:00"}


def test_a_line_that_is_folded_inside_a_character_is_read():
    text = calendar("DTSTART:20310303T080000\nDTEND:20310303T180000\nSUMMARY:Fermé exceptionnellement").encode()
    for place in range(text.index(b"SUMMARY"), text.index(b"exceptionnellement")):
        for fold in (b"\r\n ", b"\r\n\t", b"\n "):
            (day,) = read(text[:place] + fold + text[place:]).exceptions
            assert (day.spans, day.summary) == ((), "Fermé exceptionnellement")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_file_in_another_encoding_is_read(encoding: str):
    text = calendar("DTSTART;VALUE=DATE:20310303\nSUMMARY:Fermé").encode(encoding)
    assert [(each.spans, each.summary) for each in read(text).exceptions] == [((), "Fermé")]


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        ("Europe/Paris", "09:00-12:00"),
        ('"Europe/Paris"', "09:00-12:00"),
        ("/freeassociation.sourceforge.net/Europe/Paris", "09:00-12:00"),
        ("Romance Standard Time", "09:00-12:00"),
        ("(UTC+01:00) Bruxelles\\, Copenhague\\, Madrid\\, Paris", "09:00-12:00"),
        ("GMT Standard Time", "10:00-13:00"),
        ("America/New_York", "15:00-18:00"),
        ("tzone://Microsoft/Utc", "10:00-13:00"),
        ("tzone://Microsoft/Custom", "09:00-12:00"),
        ("Heure de la mairie", "09:00-12:00"),
    ],
)
def test_a_zone_is_known_by_each_of_its_names_and_an_unknown_one_is_local(zone: str, opens: str):
    event = f"DTSTART;TZID={zone}:20310110T090000\nDTEND;TZID={zone}:20310110T120000\nSUMMARY:Samedi"
    found = read(calendar(event))
    assert [format_spans(each.spans) for each in found.exceptions] == [opens]
    assert bool(found.unknown_zones) is (zone in ("tzone://Microsoft/Custom", "Heure de la mairie"))


@pytest.mark.parametrize(
    ("offsets", "opens"),
    [(("+0100", "+0200"), "09:00-12:00"), (("-0500", "-0400"), "15:00-18:00"), (("+0000",), "10:00-13:00")],
)
def test_a_zone_that_the_file_defines_is_known_by_its_offsets(offsets: tuple[str, ...], opens: str):
    parts = "".join(f"BEGIN:STANDARD\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD\r\n" for offset in offsets)
    text = calendar("DTSTART;TZID=Bureau:20310110T090000\nDTEND;TZID=Bureau:20310110T120000\nSUMMARY:Samedi")
    zone = f"PRODID:test\r\nBEGIN:VTIMEZONE\r\nTZID:Bureau\r\n{parts}END:VTIMEZONE\r\n"
    found = read(text.replace("PRODID:test\r\n", zone))
    assert ([format_spans(each.spans) for each in found.exceptions], found.unknown_zones) == ([opens], ())


@pytest.mark.parametrize(
    ("begin", "end", "opens"),
    [
        ("20311026T003000Z", "20311026T013000Z", "02:00-03:00"),  # 02:30 to 02:30 of the repeated hour
        ("20311026T000000Z", "20311026T003000Z", "02:00-02:30"),
        ("20311026T011500Z", "20311026T014500Z", "02:15-02:45"),
        ("20311025T230000Z", "20311026T011500Z", "01:00-03:00"),
        ("20311025T230000Z", "20311026T030000Z", "01:00-04:00"),
        ("20310330T003000Z", "20310330T013000Z", "01:30-03:30"),  # spring: the hour between does not exist
    ],
)
def test_an_opening_in_the_night_of_a_clock_change_covers_what_clocks_show(begin: str, end: str, opens: str):
    assert list(days_of(f"DTSTART:{begin}\nDTEND:{end}\nSUMMARY:Nuit").values()) == [opens]


def test_a_moved_repetition_replaces_its_day_also_when_it_is_written_in_another_zone():
    weekly = "DTSTART;TZID=Europe/Paris:20310301T090000\nDTEND;TZID=Europe/Paris:20310301T120000\nSUMMARY:Samedi\n" + (
        "RRULE:FREQ=WEEKLY;COUNT=3"
    )
    moved = "RECURRENCE-ID:20310308T080000Z\nDTSTART:20310309T080000Z\nDTEND:20310309T090000Z\nSUMMARY:Dimanche"
    text = calendar(weekly, moved).replace("UID:1", "UID:0")
    assert [each.day.isoformat() for each in read(text).exceptions] == ["2031-03-01", "2031-03-09", "2031-03-15"]


@pytest.mark.parametrize(
    "event",
    [
        *(
            f"DTSTART:20310101T090000\nDTEND:20310101T100000\nRRULE:FREQ={rule}"
            for rule in ("DAILY", "WEEKLY;BYDAY=MO,TU")
        ),
        "DTSTART:19310101T090000\nDTEND:19310101T100000\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:99991231",
        "DTSTART:00010101T090000\nDTEND:99991231T235959",
        "DTSTART:20310101T090000\nDTEND:20310101T100000\nRDATE:" + ",".join(["20310102T090000"] * 5_000),
    ],
)
def test_a_calendar_that_would_expand_without_end_is_read_or_refused_soon(event: str):
    began = time.process_time()
    with contextlib.suppress(IcalError):
        read(calendar(*[event] * 200))
    assert time.process_time() - began < 5


@pytest.mark.parametrize("text", ["", "hours", "BEGIN:VCALENDAR", "END:VCALENDAR", "\x00", "<html>", "BEGIN:VEVENT\n"])
def test_a_text_that_is_not_a_whole_calendar_is_refused_with_a_sentence(text):
    with pytest.raises(IcalError, match=r"No calendar file \(iCalendar, \.ics\) that can be read"):
        read(text)


def test_a_calendar_that_is_too_long_is_refused():
    with pytest.raises(IcalError, match="longer than"):
        read("x" * (MAX_BYTES + 1))
    with pytest.raises(IcalError, match="more than 5000 events"):
        read(calendar().replace("END:", "BEGIN:VEVENT\r\n" * 5_001 + "END:"))


GOOD = calendar(
    "DTSTART;TZID=Europe/Paris:20310308T100000\nDTEND;TZID=Europe/Paris:20310308T123000\nSUMMARY:Samedi\n"
    "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Paris:20310315T100000",
    "DTSTART;VALUE=DATE:20311224\nDURATION:P2D\nSUMMARY:Fermé",
)
snippets = st.text(max_size=6) | st.sampled_from(
    ["\r\n", ":", ";", "=", "DTEND:", "DURATION:-P1D", "99999999", "T", "Z"]
)


@example(GOOD.index("COUNT"), 0, "\x1b")
@given(st.integers(0, len(GOOD)), st.integers(0, 12), snippets)
def test_a_damaged_calendar_is_read_or_refused(place, length, snippet):
    text = GOOD[:place] + snippet + GOOD[place + length :]
    try:
        found = read(text)
    except IcalError as error:
        assert str(error).isprintable() and str(error).endswith((".", ".."))
    else:
        assert all(YEAR[0] <= each.day <= YEAR[1] for each in found.exceptions)


RULES = st.builds(
    lambda first, rule, count: f"DTSTART;VALUE=DATE:{first:%Y%m%d}\nRRULE:FREQ={rule}{count}\nSUMMARY:Fermé",
    st.dates(date(1990, 1, 1), date(2031, 6, 1)),
    st.sampled_from(
        [
            *("DAILY", "DAILY;INTERVAL=3", "WEEKLY", "WEEKLY;BYDAY=MO,FR", "WEEKLY;INTERVAL=2;BYDAY=SU", "MONTHLY"),
            *(
                "MONTHLY;BYDAY=-1FR",
                "MONTHLY;BYMONTHDAY=31",
                "YEARLY",
                "YEARLY;INTERVAL=4",
                "YEARLY;BYMONTH=5;BYDAY=2SU",
            ),
        ]
    ),
    st.sampled_from(["", ";COUNT=20", ";UNTIL=20310901", ";UNTIL=20050101"]),
)


@settings(max_examples=thorough.examples(30))
@given(RULES)
def test_an_old_rule_gives_the_days_that_the_library_gives_by_itself(event):
    text = calendar(event)
    plain = recurring_ical_events.of(icalendar.Calendar.from_ical(text.encode()))
    days = {found.start for found in plain.between(YEAR[0], YEAR[1] + timedelta(days=1))}
    assert {each.day for each in read(text).exceptions} == {day for day in days if YEAR[0] <= day <= YEAR[1]}


@pytest.mark.parametrize(
    "title",
    [
        *("Pas ouvert", "Non ouvert", "Not open", "Pas d'ouverture", "Sans ouverture", "Ne pas ouvrir", "Non fermé"),
        *("Fin de fermeture", "Réouverture après fermeture", "Accueil suspendu", "Service interrompu", "Unavailable"),
    ],
)
def test_a_short_event_whose_title_denies_what_it_names_is_a_question(title):
    event = f"DTSTART:20310505T090000\nDTEND:20310505T120000\nSUMMARY:{title}"
    found = read(calendar(event))
    assert found.exceptions == () and found.left_out[0].is_question


@pytest.mark.parametrize("title", ["Réouverture", "Reopening", "Re-opening"])
def test_a_reopening_for_a_whole_day_is_no_closing(title):
    found = read(calendar(f"DTSTART;VALUE=DATE:20310505\nSUMMARY:{title}"))
    assert found.exceptions == () and found.left_out[0].is_question


@pytest.mark.parametrize(
    "title",
    ["Closing early", "Closes at 4 pm", "Shut", "Férmé", "FermÃ©", "FermŽ", "Ferm‚", "Ferm\ufffd", "Ferm&eacute;"],
)
def test_a_closing_is_known_in_other_words_and_with_a_broken_accent(title):
    assert days_of(f"DTSTART:20310505T090000\nDTEND:20310505T120000\nSUMMARY:{title}") == {"2031-05-05": "closed"}


CLOSED_MORNING = calendar("DTSTART:20310505T090000\nDTEND:20310505T120000\nSUMMARY:Fer\n mé")


@pytest.mark.parametrize(
    "content",
    [
        CLOSED_MORNING.replace("\r\n", "\r").encode(),
        CLOSED_MORNING.replace("\r\n", "\r\r\n").encode(),
        CLOSED_MORNING.encode("utf-16-le"),
        CLOSED_MORNING.encode("utf-16-be"),
        CLOSED_MORNING.encode().replace(b"PRODID:test", b"PRODID:\xe9t\xe9"),
        CLOSED_MORNING.replace("BEGIN:VEVENT", "BEGIN: VEVENT ").encode(),
        CLOSED_MORNING.encode().replace(
            b"SUMMARY:Fer\r\n m\xc3\xa9", b"SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Ferm=E9"
        ),
    ],
)
def test_a_closing_survives_the_line_ends_and_encodings_of_many_programs(content):
    found = read(content)
    assert [(each.spans, each.summary) for each in found.exceptions] == [((), "Fermé")]


def test_a_date_with_colons_is_refused_as_it_is_written():
    event = "DTSTART;TZID=Europe/Paris:2031-05-05T09:00:00\nSUMMARY:Fermé"
    assert left_out(event) == ["'Fermé' (without a date) has a date that cannot be read: 2031-05-05T09:00:00"]


NEVER = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"


@pytest.mark.parametrize(
    "rule",
    [
        NEVER,
        *(pytest.param(f"{NEVER};{end}", marks=pytest.mark.long) for end in ("UNTIL=20500101", "COUNT=3")),
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
    ],
)
def test_rules_that_only_their_first_day_meets_are_refused_soon(rule):
    event = f"DTSTART;VALUE=DATE:20310901\nRRULE:{rule}\nSUMMARY:Fermé"
    with pytest.raises(IcalError, match="too often in all"):
        read(calendar(*[event] * 30))


def test_many_yearly_closings_that_begin_in_the_year_are_read():
    event = "DTSTART;VALUE=DATE:20310501\nRRULE:FREQ=YEARLY;BYMONTH=05;BYMONTHDAY=1;BYDAY={}\nSUMMARY:Fermé"
    assert days_of(*[event.format("MO,TU,WE,TH,FR,SA,SU")] * 30) == {"2031-05-01": "closed"}


def test_text_behind_the_end_of_a_whole_calendar_does_no_harm():
    whole = calendar("DTSTART;VALUE=DATE:20310505\nSUMMARY:Fermé")
    assert len(read(whole + "-- \r\nsent by mail").exceptions) == 1
    with pytest.raises(IcalError, match="was not stored whole"):
        read(whole + whole[:-20])


@pytest.mark.parametrize("begins", ["DTSTART;VALUE=DATE:20310505", "DTSTART:20310505T090000"])
def test_a_length_below_nothing_is_named_as_such(begins):
    assert left_out(f"{begins}\nDURATION:-P1D\nSUMMARY:Fermé")[0].endswith("ends before it begins")
    assert days_of("DTSTART:20310505T090000\nDURATION:pt3h\nSUMMARY:Samedi") == {"2031-05-05": "09:00-12:00"}
