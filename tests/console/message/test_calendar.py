"""The calendar of messages: scheduled ones are moved, edited and withdrawn; gaps, overlaps and blackouts are said."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import cycle
from pathlib import Path

import pytest
from announcement_plans import change_daily_announcement
from audio_services import make_tone_file
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS

from prompts.messages import publishing
from records.messages import message_versions
from records.messages.draft_types import AirPeriod
from records.messages.message_versions import NewMessage
from routing.access.permissions import Role
from routing.messages import MessageVersion, NoMessagePolicy, find_on_air

CALENDAR = "/message/calendar"
FIELD = re.compile(r'<input[^>]*name="(revision|seen|edits|from_s|until_s|start|end)"[^>]*value="([^"]*)"')


@pytest.fixture
def anne(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.SUPERVISOR, console.add_user(Role.SUPERVISOR, name="Anne"))


def schedule(
    console: ConsoleApp, folder: Path, title: str, start: datetime, end: datetime | None = None
) -> MessageVersion:
    sound = make_tone_file(folder / f"{len(list(folder.iterdir()))}.wav", 500)
    new = NewMessage("daily", "", AirPeriod(start, end), "Basile", title)
    return publishing.publish(console.database, folder / "sounds" / "daily", sound, new, at=console.now)


def at(day: int, hour: int) -> datetime:
    """An hour in Paris, in March 2030."""
    return datetime(2030, 3, day, hour - 1, tzinfo=UTC)


def heard(console: ConsoleApp, when: datetime) -> str | None:
    versions = message_versions.list_current_versions(console.database, "daily", when)
    version = find_on_air(versions, "daily", when, NoMessagePolicy.KEEP_LAST).version
    return version.title if version else None


def page(staff: ConsoleUser, query: str = "") -> str:
    """The text of the calendar, without markup."""
    text = unescape(staff.get(f"{CALENDAR}?{query}").text).replace("\xa0", " ")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_week_and_a_month_show_what_is_heard_when(console: ConsoleApp, anne: ConsoleUser, tmp_path: Path) -> None:
    schedule(console, tmp_path, "Lundi", at(4, 12))
    schedule(console, tmp_path, "Grève", at(6, 8), at(6, 18))
    week = page(anne)
    assert "mercredi 6 jusqu'à 8 h 00 Lundi 8 h 00 – 18 h 00 Grève à partir de 18 h 00 Lundi" in week
    assert "jeudi 7 toute la journée Lundi" in week
    assert "du mercredi 6 mars 2030, 8 h 00 au mercredi 6 mars 2030, 18 h 00" in week
    assert "Grève" in page(anne, "view=month&day=2030-03-20") and "mars 2030" in page(anne, "view=month")
    assert "Grève" not in page(anne, "day=2030-03-12").split("Messages programmés")[0]
    listener = console.sign_in(Role.STAFF)
    assert "Grève" in page(listener) and "Retirer" not in page(listener)


def test_gaps_overlaps_and_blackout_periods_are_said_in_words(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    schedule(console, tmp_path, "Lundi", at(4, 12), at(5, 8))
    schedule(console, tmp_path, "Salon", at(6, 8), at(6, 18))
    schedule(console, tmp_path, "Grève", at(6, 10), at(6, 12))
    blackout = {"reason": "Premier tour", "start": "2030-03-09T00:00", "end": "2030-03-10T20:00", "text": "Rien."}
    assert anne.post("/message/embargo", blackout).status_code == 303
    week = page(anne)
    assert "les appelants continuent d'entendre « Lundi », dont la fin est passée" in week
    assert "entendent « Grève », qui commence plus tard, et non « Salon »" in week
    assert "période de silence « Premier tour »" in week
    assert "samedi 9 toute la journée Période de silence : Premier tour" in week


def test_a_scheduled_message_is_moved_withdrawn_and_scheduled_again(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    schedule(console, tmp_path, "Lundi", at(4, 12))
    version = schedule(console, tmp_path, "Grève", at(6, 8), at(6, 18))
    form = anne.get(f"{CALENDAR}/{version.id}/move?day=2030-03-08").text  # dropped on Friday
    assert 'value="2030-03-08T08:00"' in form and 'value="2030-03-08T18:00"' in form
    moved = anne.post(f"{CALENDAR}/{version.id}/move", {"start": "2030-03-08T09:00", "end": "2030-03-08T12:00"})
    assert moved.status_code == 303
    assert [heard(console, when) for when in (at(6, 9), at(8, 10))] == ["Lundi", "Grève"]
    assert anne.post(f"{CALENDAR}/{version.id}/withdraw").status_code == 303  # the old one: nothing happens
    assert heard(console, at(8, 10)) == "Grève"

    new = message_versions.list_versions(console.database, "daily")[0]
    answer = anne.post(f"{CALENDAR}/{new.id}/withdraw")
    assert heard(console, at(8, 10)) == "Lundi"
    shown = anne.get(answer.location).text
    assert f'action="{CALENDAR}/{new.id}/restore"' in shown and "Retiré : Grève" in shown
    assert "Retiré" in anne.get("/message/history").text
    anne.post(f"{CALENDAR}/{new.id}/restore")
    assert heard(console, at(8, 10)) == "Grève"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"start": "", "end": ""}, "Écrivez un jour et une heure"),
        ({"start": "2030-13-40T99:99"}, "Écrivez un jour et une heure"),
        ({"start": "2030-03-04T08:00"}, "Ce début est déjà passé"),
        ({"start": "2030-03-08T08:00", "end": "2030-03-08T07:00"}, "Cette fin est déjà passée"),
        ({"start": "2030-03-31T02:30"}, "n'indiquent pas 02:30"),
    ],
)
def test_a_wrong_time_is_refused_at_its_field(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path, fields: dict[str, str], said: str
) -> None:
    version = schedule(console, tmp_path, "Grève", at(6, 8))
    answer = anne.post(f"{CALENDAR}/{version.id}/move", fields)
    assert answer.status_code == 422 and said in unescape(answer.text)
    assert heard(console, at(6, 9)) == "Grève"


def test_a_scheduled_message_is_edited_as_a_draft_that_replaces_it(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    version = schedule(console, tmp_path, "Grève", at(6, 8), at(6, 18))
    draft = anne.post(f"{CALENDAR}/{version.id}/edit").location
    text = anne.get(draft).text
    assert "Vous modifiez un message programmé" in text and 'value="2030-03-06T08:00"' in text
    fields = dict(
        re.findall(r'<input[^>]*name="(revision|seen|edits|from_s|until_s|start|end)"[^>]*value="([^"]*)"', text)
    )
    assert fields["edits"] == str(version.id)
    wanted = {**fields, "do": "publish", "when": "later", "title": "Grève reportée"}
    assert anne.post(draft, wanted).status_code == 303
    assert heard(console, at(6, 9)) == "Grève reportée"
    assert len(re.findall("Grève reportée", page(anne).split("Messages programmés")[1])) >= 1

    late = message_versions.list_versions(console.database, "daily")[0]
    second = anne.post(f"{CALENDAR}/{late.id}/edit").location
    seen = dict(FIELD.findall(anne.get(second).text))
    console.now = at(6, 9)  # its time has come while it was edited
    anne = console.sign_in(user=anne.user)
    answer = anne.post(second, {**seen, "do": "publish", "when": "later", "title": "Trop tard"})
    assert answer.status_code == 409 and "est maintenant diffusé" in answer.text
    assert heard(console, console.now) == "Grève reportée"


def test_where_a_second_person_approves_a_move_waits_for_them(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_daily_announcement(console, monkeypatch, approval="second")
    version = schedule(console, tmp_path, "Grève", at(6, 8), at(6, 18))
    moved = anne.post(f"{CALENDAR}/{version.id}/move", {"start": "2030-03-08T09:00", "end": "2030-03-08T12:00"})
    assert moved.location.startswith("/draft/") and heard(console, at(6, 9)) == "Grève"
    text = anne.get(moved.location).text
    assert 'value="2030-03-08T09:00"' in text and "Faire approuver" in text


def test_naughty_strings_in_the_calendar(console: ConsoleApp, anne: ConsoleUser, tmp_path: Path) -> None:
    version = schedule(console, tmp_path, "<b>Grève</b>", at(6, 8))
    for text, field in zip(NAUGHTY_STRINGS, cycle(("day", "view", "withdrawn")), strict=False):
        answer = anne.get(CALENDAR, query_string={field: text})
        assert answer.status_code == 200 and "<b>Grève" not in answer.text, (field, text)
        assert anne.get(f"{CALENDAR}/{version.id}/move", query_string={"day": text}).status_code == 200
        moved = anne.post(f"{CALENDAR}/{version.id}/move", {"start": text, "end": text, "start_pass": text})
        assert moved.status_code == 422, text
    assert heard(console, at(6, 9) + timedelta(days=30)) == "<b>Grève</b>"
