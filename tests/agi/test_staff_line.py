"""The staff line as its caller goes through it: real PINs, sound and base, and an Asterisk that answers."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from answering_asterisk import HANGS_UP, AnsweringAsterisk

from agi import memory as agi_memory
from agi.call import Call
from agi.channel import HungUp
from agi.flows.desk_ring import desk_ring
from agi.flows.desk_rung import desk_rung
from agi.flows.staff_line import staff_line
from agi.memory import Memory
from agi.studio import Studio
from dialplan import names
from prompts.audio import tone
from prompts.pcm import Pcm, read_wav, write_wav
from prompts.publishing import sound_path
from records import account_changes, changes, desk_rings, message_drafts, messages, people, phone_pins, plans
from records.accounts import Account
from records.base import Base
from records.desk_rings import Part
from records.message_draft import Draft, DraftState
from records.newcomers import Newcomer
from records.viewer import at_machine
from routing.messages import MessageVersion
from routing.permissions import Role

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
HERE = at_machine("test")
PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
PIN, WRONG = "274016", "586703"
SECONDS = 1.2

Line = Callable[..., AnsweringAsterisk]


@pytest.fixture
def studio(base: Base, tmp_path: Path) -> Studio:
    (tmp_path / "spoken").mkdir()
    return Studio(base, tmp_path / "drafts", tmp_path / "messages", tmp_path / "spoken")


@pytest.fixture
def memory(base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    monkeypatch.setattr(agi_memory, "REFRESH_S", 60)
    plans.save(base, PLAN.read_text(), author="test", at=NOON)
    memory = Memory(base, tmp_path / "last-good.json")
    yield memory
    memory.close()


def member(base: Base, role: Role, email: str) -> Account:
    account = account_changes.invite(base, HERE, [Newcomer("Margot", email, role, "fr")], at=NOON)[0].account
    phone_pins.choose(base, HERE, account.id, PIN, at=NOON)
    return account


@pytest.fixture
def margot(base: Base) -> Account:
    return member(base, Role.MESSAGE_EDITOR, "margot@example.org")


@pytest.fixture
def line(memory: Memory, studio: Studio, tmp_path: Path) -> Iterator[Line]:
    """Dials the staff line, or answers a call that was asked for; gives the call once it is over."""
    opened = []

    def dial(keys: dict[str, list[str]], *speaks: Path, cut: bool = False, ring: int = 0) -> AnsweringAsterisk:
        asterisk = AnsweringAsterisk(keys, speaks, cut=cut)
        opened.append(asterisk)
        channel = asterisk.channel(f"desk-{ring}" if ring else "1.1")
        call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is noted
        try:
            (desk_rung if ring else staff_line)(call, memory, studio)
        except HungUp:
            asterisk.heard.append("hung up")
        return asterisk

    yield dial
    for asterisk in opened:
        asterisk.close()


@pytest.fixture
def voice(tmp_path: Path) -> Callable[[int], Path]:
    """What somebody says: a tone of these hertz, or silence for 0."""

    def speak(hertz: int) -> Path:
        file = tmp_path / f"{hertz}.wav"
        write_wav(file, tone(hertz, round(1000 * SECONDS)) if hertz else Pcm(bytes(96_000), 48_000))
        return file

    return speak


def known(account: Account, **keys: list[str]) -> dict[str, list[str]]:
    """What is typed by who proves to be this account and records the message of key 3, beside `keys` in the menu."""
    asked = {"staff-line-account": [str(account.id)], "staff-line-pin": [PIN], "record-which": ["3"]}
    return asked | {prompt.replace("_", "-"): typed for prompt, typed in keys.items()}


def on_air(base: Base) -> list[MessageVersion]:
    return list(messages.versions(base, "daily"))


def drafts_of(base: Base) -> list[Draft]:
    return list(message_drafts.under_way(base, HERE, ["daily"]))


def test_who_records_and_presses_1_is_heard_and_the_record_of_changes_says_by_telephone(
    base: Base, studio: Studio, margot: Account, line: Line, voice
) -> None:
    story = line(known(margot, record_menu=["1"]), voice(700))

    preview = next(prompt for prompt in story.heard if prompt.startswith("/"))
    assert story.heard == [
        *("staff-line-account", "staff-line-pin", "staff-line-hello", "record-which", "record-slot", "digits/3"),
        *("record-begin", "record-moment", "record-heard", preview, "record-menu"),
        *("record-moment", "record-published"),
    ]
    assert story.variables[names.ROUTE] == "goodbye"
    assert story.variables[names.KEY] == "1"  # nothing of the PIN is left
    (version,) = on_air(base)
    assert version.published_by == "Margot" and drafts_of(base) == []
    heard = read_wav(sound_path(studio.messages, version.audio).with_suffix(".wav"))
    assert heard.seconds == pytest.approx(SECONDS, abs=0.1)
    last = changes.latest(base, HERE)[0]
    assert (last.kind, last.by, last.after["channel"]) == ("message.publish", "Margot", "phone")
    assert list(studio.spoken.iterdir()) == []


def test_three_wrong_pins_end_the_call_and_two_such_calls_lock_the_account(
    base: Base, margot: Account, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = {"staff-line-account": [str(margot.id)] * 3, "staff-line-pin": [WRONG] * 3}
    asked = ["staff-line-account", "staff-line-pin"]

    for _ in range(2):
        story = line(wrong)
        assert story.heard == [*asked, *["staff-line-wrong", *asked] * 2, "staff-line-refused"]
        assert (story.variables[names.ROUTE], story.variables[names.KEY]) == ("goodbye", "")

    assert line(known(margot)).heard[-1] == "staff-line-refused"
    assert [one.kind for one in changes.latest(base, HERE)].count("account.pin_locked") == 1
    assert "locked" in caplog.text and WRONG not in caplog.text and PIN not in caplog.text


def test_a_caller_who_types_nothing_sensible_is_refused(line: Line) -> None:
    assert line({"staff-line-account": ["**", "", "999999"], "staff-line-pin": ["", "#", PIN]}).heard[-1] == (
        "staff-line-refused"
    )


def test_who_may_not_publish_is_told_so_and_records_nothing(base: Base, line: Line) -> None:
    story = line(known(member(base, Role.STAFF, "basile@example.org")))
    assert story.heard[-1] == "staff-line-no-right" and "record-begin" not in story.heard


@pytest.mark.parametrize("when", ["while speaking", "at the menu"])
def test_who_hangs_up_leaves_a_draft_and_nothing_on_air(
    base: Base, margot: Account, line: Line, voice, when: str
) -> None:
    story = line(known(margot, record_menu=[HANGS_UP]), voice(700), cut=when == "while speaking")

    assert story.heard[-1] == "hung up" and on_air(base) == []
    (draft,) = drafts_of(base)
    assert (draft.state, draft.made_by) == (DraftState.OPEN, "Margot")


def test_what_is_recorded_again_takes_the_place_of_the_first(
    base: Base, margot: Account, line: Line, voice, studio: Studio
) -> None:
    story = line(known(margot, record_menu=["2", "*", "7", "3", "4"]), voice(700), voice(1400))

    assert story.heard.count("record-heard") == 3 and "record-help" in story.heard
    assert story.heard[-1] == "record-kept"
    (draft,) = drafts_of(base)
    assert draft.id == 2 and on_air(base) == []


def test_silence_is_no_message(base: Base, margot: Account, line: Line, voice) -> None:
    story = line(known(margot), *[voice(0)] * 3)
    assert story.heard.count("record-unusable") == 3 and drafts_of(base) == []


def test_somebody_who_was_quicker_is_not_put_off_the_air_unasked(
    base: Base, margot: Account, line: Line, voice
) -> None:
    audio = messages.Audio("a" * 64, 2.5, "audio/wav", "a.wav")
    messages.publish(
        base, slot="daily", audio=audio, text="", valid_from=NOON, valid_until=None, by="Basile", at=NOON
    )  # which the memory has not read yet

    story = line(known(margot, record_menu=["1", "1"]), voice(700))

    told = story.heard.index("record-overtaken")
    assert story.heard[told:] == ["record-overtaken", "record-menu", "record-moment", "record-published"]
    assert [version.published_by for version in on_air(base)] == ["Margot", "Basile"]


def test_where_a_second_person_must_agree_the_message_is_handed_in(
    base: Base, margot: Account, line: Line, voice
) -> None:
    text = PLAN.read_text().replace("  daily:\n", "  daily:\n    approval: second\n")
    plans.save(base, text, author="test", at=NOON)

    story = line(known(margot, record_menu=["1"]), voice(700))

    assert story.heard[-1] == "record-handed-in" and on_air(base) == []
    assert [draft.state for draft in drafts_of(base)] == [DraftState.WAITING]


# --- rung as he asked -----------------------------------------------------------------------------------------------


@pytest.fixture
def rung(base: Base, margot: Account, tmp_path: Path) -> Callable[..., tuple[int, dict[str, str]]]:
    """Margot asks to be rung, and is; gives the number of the call, and what Asterisk was told."""
    people.prepare_phones(base, {"p01": "secret"})

    def ask(part: Part | None = None, outside: str | None = None) -> tuple[int, dict[str, str]]:
        person = people.add(base, "Margot", language="fr", outside_number=outside, at=NOON)
        account_changes.change(base, HERE, margot.id, name="Margot", role=margot.role, person_id=person.id, at=NOON)
        desk_rings.ask(base, margot.viewer, "daily", part, at=datetime.now(UTC))
        (number,) = desk_rings.take(base, at=datetime.now(UTC))
        first, again = asked = AnsweringAsterisk({}), AnsweringAsterisk({})
        for asterisk in asked:
            desk_ring(asterisk.channel(f"desk-{number}"), base)
            asterisk.close()
        assert again.variables == {}
        return number, first.variables

    return ask


def test_who_asked_to_be_rung_records_after_the_pin_alone(base: Base, margot: Account, line: Line, rung, voice) -> None:
    number, told = rung()
    assert told == {names.MEMBER_LANGUAGE: "fr", names.RUNG_PHONE: "p01"}

    story = line({"staff-line-pin": [WRONG, PIN], "record-menu": ["1"]}, voice(700), ring=number)

    asked = ["staff-line-pin", "staff-line-wrong", "staff-line-pin", "staff-line-hello", "record-begin"]
    assert story.heard[:5] == asked and story.heard[-1] == "record-published"
    assert [version.published_by for version in on_air(base)] == ["Margot"]


def test_who_asked_to_hear_a_draft_hears_that_part_of_it(
    base: Base, margot: Account, line: Line, rung, voice, studio: Studio
) -> None:
    line(known(margot, record_menu=["4"]), voice(700))
    (draft,) = drafts_of(base)
    number, told = rung(Part(draft.id, 0.2, 0.7), "+33639980009")
    assert told[names.OUTSIDE_NUMBER] == "+33639980009" and told[names.MEMBER_OFFER] == "ring-asked"

    story = line({}, ring=number)

    *before, heard = story.heard
    assert before == ["staff-line-hello", "record-moment", "record-heard"]
    assert read_wav(Path(f"{heard}.wav")).seconds == pytest.approx(0.5, abs=0.05)
    assert on_air(base) == []
