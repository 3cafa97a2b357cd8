"""Silences, such as the day before an election, planned and lifted on their page."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from message_desk import PLAN, tone
from staff_console import Console, Staff

from prompts import drafts
from prompts.drafts import Shelf
from records import changes, embargoes, message_drafts, messages
from records.message_draft import Period
from records.viewer import at_machine
from routing.messages import MessageVersion, on_air
from routing.permissions import Role

FIELDS = {"reason": "Premier tour", "start": "2030-03-05T00:00", "end": "2030-03-06T20:00", "text": "Pas de message."}


@pytest.fixture
def basile(console: Console) -> Staff:
    return console.signed_in(Role.SUPERVISOR, console.account(Role.SUPERVISOR, name="Basile"))


def heard(console: Console, slot: str = "daily") -> MessageVersion | None:
    known, silences = messages.versions(console.base, slot), embargoes.all(console.base)
    return on_air(known, slot, console.now, PLAN.slots[slot].when_none, silences).version


def publish(console: Console, staff: Staff, folder: Path, hertz: int) -> MessageVersion:
    shelf, who = Shelf(folder / "drafts", folder / "sounds" / "daily"), staff.account.viewer
    sound = tone(folder / f"{hertz}.wav", hertz)
    draft = drafts.hand_in(console.base, shelf, who, sound, "", "daily", at=console.now)
    seen = message_drafts.newest_of(messages.versions(console.base, "daily"))
    slot, number = PLAN.slots["daily"], seen.id if seen else None
    return drafts.publish(
        console.base, shelf, who, draft, 1, draft.wording, Period(), slot, seen=number, at=console.now
    )


def test_during_a_silence_every_slot_plays_the_neutral_message_and_then_the_one_before(
    console: Console, basile: Staff, tmp_path: Path
) -> None:
    before = publish(console, basile, tmp_path, 500)
    assert basile.post("/message/embargo", FIELDS).status_code == 303
    assert heard(console) == before
    assert "Premier tour" in basile.get("/message/embargo").text
    assert "message neutre" in basile.get("/message").text

    console.now = datetime(2030, 3, 4, 23, tzinfo=UTC)  # midnight in Paris
    basile = console.signed_in(account=basile.account)
    neutral = heard(console)
    assert neutral and neutral.text == "Pas de message." and neutral.embargo
    assert {heard(console, slot).text for slot in PLAN.slots} == {"Pas de message."}
    home = basile.get("/message").text
    assert "Silence :" in home and "Premier tour" in home and "Remettre le précédent" not in home

    meanwhile = publish(console, basile, tmp_path, 700)
    assert heard(console) == neutral  # whatever is published meanwhile
    console.now = datetime(2030, 3, 6, 19, tzinfo=UTC)
    assert heard(console) == meanwhile


def test_a_silence_that_is_lifted_ends_at_once(console: Console, basile: Staff, tmp_path: Path) -> None:
    before = publish(console, basile, tmp_path, 500)
    basile.post("/message/embargo", {**FIELDS, "start": "2030-03-04T11:00"})
    assert heard(console).embargo
    (silence,) = embargoes.all(console.base)
    basile.post(f"/message/embargo/{silence.id}/lift")
    assert heard(console) == before
    assert basile.post(f"/message/embargo/{silence.id}/lift").status_code == 404
    told = [one.kind for one in changes.latest(console.base, at_machine("test"))]
    assert told[:2] == ["embargo.lift", "embargo.impose"]


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
def test_a_silence_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    console: Console, basile: Staff, field: str, value: str, said: str
) -> None:
    answer = basile.post("/message/embargo", {**FIELDS, field: value})
    assert answer.status_code == 422 and said in answer.text
    assert all(each in answer.text for name, each in FIELDS.items() if name != field)
    assert embargoes.all(console.base) == ()
