"""Blackout periods, such as the day before an election, planned and cancelled."""

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audio_services import PLAN, make_tone_file
from console_client import ConsoleApp, ConsoleUser

from prompts.messages import drafts
from prompts.messages.drafts import SoundStorage, Upload
from records import changes
from records.actor import command_line_actor
from records.messages import blackout_periods, message_drafts, message_versions
from records.messages.draft_types import AirPeriod, Publication
from routing.access.permissions import Role
from routing.messages import MessageVersion, find_on_air

FIELDS = {"reason": "Premier tour", "start": "2030-03-05T00:00", "end": "2030-03-06T20:00", "text": "Pas de message."}


@pytest.fixture
def basile(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.SUPERVISOR, console.add_user(Role.SUPERVISOR, name="Basile"))


def on_air(console: ConsoleApp, announcement: str = "daily") -> MessageVersion | None:
    versions, periods = (
        message_versions.list_versions(console.database, announcement),
        blackout_periods.list_blackout_periods(console.database),
    )
    return find_on_air(
        versions, announcement, console.now, PLAN.announcements[announcement].when_none_valid, periods
    ).version


def publish(console: ConsoleApp, staff: ConsoleUser, folder: Path, hertz: int) -> MessageVersion:
    shelf, who = SoundStorage(folder / "drafts", folder / "sounds" / "daily"), staff.user.actor
    sound = make_tone_file(folder / f"{hertz}.wav", hertz)
    draft = drafts.create(console.database, shelf, who, Upload(sound, "", "daily"), at=console.now)
    seen = message_drafts.find_newest_version(message_versions.list_versions(console.database, "daily"))
    announcement, number = PLAN.announcements["daily"], seen.id if seen else None
    publication = Publication(draft, 1, draft.content, AirPeriod(), number)
    return drafts.publish(console.database, shelf, who, publication, announcement, at=console.now)


def test_every_announcement_plays_the_neutral_message_during_a_blackout_period(
    console: ConsoleApp, basile: ConsoleUser, tmp_path: Path
) -> None:
    before = publish(console, basile, tmp_path, 500)
    assert basile.post("/message/embargo", FIELDS).status_code == 303
    assert on_air(console) == before
    listed = basile.get("/message/embargo").text
    heard = re.search(r'<audio[^>]*src="(/message/version/\d+\.wav)"', listed)
    assert "Premier tour" in listed and heard  # the neutral message is heard before callers hear it
    assert basile.get(heard[1]).data[:4] == b"RIFF"
    assert "message neutre" in basile.get("/message").text

    console.now = datetime(2030, 3, 4, 23, tzinfo=UTC)  # midnight in Paris
    basile = console.sign_in(user=basile.user)
    neutral = on_air(console)
    assert neutral and neutral.text == "Pas de message." and neutral.blackout_period
    assert {on_air(console, announcement).text for announcement in PLAN.announcements} == {"Pas de message."}
    home = basile.get("/message").text
    assert "Période de silence :" in home and "Premier tour" in home and "Remettre un message précédent" not in home

    meanwhile = publish(console, basile, tmp_path, 700)
    assert on_air(console) == neutral  # whatever is published meanwhile
    console.now = datetime(2030, 3, 6, 19, tzinfo=UTC)
    assert on_air(console) == meanwhile


def test_of_a_time_that_clocks_show_twice_the_second_can_be_chosen(console: ConsoleApp, basile: ConsoleUser) -> None:
    night = {**FIELDS, "start": "2030-10-27T02:30", "end": "2030-10-27T02:45"}
    asked = basile.post("/message/embargo", night)
    assert asked.status_code == 422
    text = html.unescape(asked.text)
    assert text.count("indiquent deux fois 02:30") == 2  # beside the field and in the list of errors
    assert text.count('value="second"') == 2 and 'value="2030-10-27T02:30"' in text

    assert basile.post("/message/embargo", {**night, "start_pass": "first", "end_pass": "second"}).status_code == 303
    (period,) = blackout_periods.list_blackout_periods(console.database)
    assert (period.starts_at, period.ends_at) == (
        datetime(2030, 10, 27, 0, 30, tzinfo=UTC),
        datetime(2030, 10, 27, 1, 45, tzinfo=UTC),
    )


def test_a_time_that_clocks_skip_is_refused_with_another_one(console: ConsoleApp, basile: ConsoleUser) -> None:
    answer = basile.post("/message/embargo", {**FIELDS, "start": "2030-03-31T02:30", "end": "2030-03-31T05:00"})
    assert answer.status_code == 422
    assert "n'indiquent pas 02:30. Indiquez 03:30" in html.unescape(answer.text)


def test_a_cancelled_blackout_period_ends_at_once(console: ConsoleApp, basile: ConsoleUser, tmp_path: Path) -> None:
    before = publish(console, basile, tmp_path, 500)
    basile.post("/message/embargo", {**FIELDS, "start": "2030-03-04T11:00"})
    assert on_air(console).blackout_period
    (period,) = blackout_periods.list_blackout_periods(console.database)
    basile.post(f"/message/embargo/{period.id}/lift")
    assert on_air(console) == before
    assert basile.post(f"/message/embargo/{period.id}/lift").status_code == 404
    kinds = [one.kind for one in changes.list_changes(console.database, command_line_actor("test"))]
    assert kinds[:2] == ["embargo.lift", "embargo.impose"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("reason", "", "Écrivez une raison"),
        ("start", "", "Écrivez un jour et une heure"),
        ("end", "2030-13-40T99:99", "Écrivez un jour et une heure"),
        ("end", "2030-03-04T00:00", "Cette fin est déjà passée"),
        ("text", "", "Écrivez ce que dit le message neutre"),
        ("text", "…", "n&#39;entend rien"),
    ],
)
def test_an_invalid_blackout_period_is_refused_and_nothing_typed_is_lost(
    console: ConsoleApp, basile: ConsoleUser, field: str, value: str, said: str
) -> None:
    answer = basile.post("/message/embargo", {**FIELDS, field: value})
    assert answer.status_code == 422 and said in answer.text
    assert all(each in answer.text for name, each in FIELDS.items() if name != field)
    assert blackout_periods.list_blackout_periods(console.database) == ()
