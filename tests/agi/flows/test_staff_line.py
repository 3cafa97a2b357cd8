"""The staff line as a caller uses it: Asterisk is simulated; PINs, audio and database are real."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from simulated_asterisk import HANG_UP, SimulatedAsterisk

from agi import config_snapshot
from agi.call import Call
from agi.channel import HungUp
from agi.config_snapshot import SnapshotReader
from agi.flows.click_to_call import authorize_click_to_call
from agi.flows.click_to_call_answered import serve_click_to_call
from agi.flows.staff_line import serve_staff_line
from agi.recording_storage import RecordingStorage
from dialplan import names
from prompts.audio.pcm import Pcm, read_wav, write_wav
from prompts.audio.rendering import generate_tone
from prompts.messages.publishing import sound_path
from records import changes
from records.actor import command_line_actor
from records.database.engine import Database
from records.messages import message_audio, message_drafts, message_versions
from records.messages.draft_types import AirPeriod, Draft, DraftState
from records.plan import plan_versions
from records.staff import agents, click_to_call
from records.staff.click_to_call import AudioRange
from records.users import administration, phone_pins
from records.users.invitees import Invitee
from records.users.users import User
from routing.access.permissions import Role
from routing.languages import prompt_language
from routing.messages import MessageVersion

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
HERE = command_line_actor("test")
PLAN = Path(__file__).parents[2] / "calls" / "plan.yaml"
PIN, WRONG = "274016", "586703"
SECONDS = 1.2

Line = Callable[..., SimulatedAsterisk]


@pytest.fixture
def storage(database: Database, tmp_path: Path) -> RecordingStorage:
    (tmp_path / "spoken").mkdir()
    return RecordingStorage(database, tmp_path / "drafts", tmp_path / "messages", tmp_path / "spoken")


@pytest.fixture
def snapshots(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SnapshotReader]:
    monkeypatch.setattr(config_snapshot, "REFRESH_S", 60)
    plan_versions.save_plan(database, PLAN.read_text(), author="test", at=NOON)
    snapshots = SnapshotReader(database, tmp_path / "last-good.json")
    yield snapshots
    snapshots.close()


def add_user(database: Database, role: Role, email: str, language: str = "fr") -> User:
    user = administration.invite_users(database, HERE, [Invitee("Margot", email, role, language)], at=NOON)[0].user
    phone_pins.set_pin(database, HERE, user.id, PIN, at=NOON)
    return user


@pytest.fixture
def margot(database: Database) -> User:
    return add_user(database, Role.MESSAGE_EDITOR, "margot@example.org")


@pytest.fixture
def line(snapshots: SnapshotReader, storage: RecordingStorage, tmp_path: Path) -> Iterator[Line]:
    """Dials the staff line, or answers click-to-call request `request_id`; gives the call after it has ended."""
    opened = []

    def dial(
        keys: dict[str, list[str]], *recordings: Path, hang_up: bool = False, request_id: int = 0
    ) -> SimulatedAsterisk:
        asterisk = SimulatedAsterisk(keys, recordings, hang_up_while_recording=hang_up)
        opened.append(asterisk)
        channel = asterisk.channel(f"ctc-{request_id}" if request_id else "1.1")
        call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written
        try:
            (serve_click_to_call if request_id else serve_staff_line)(call, snapshots, storage)
        except HungUp:
            asterisk.heard.append("hung up")
        return asterisk

    yield dial
    for asterisk in opened:
        asterisk.close()


@pytest.fixture
def voice(tmp_path: Path) -> Callable[[int], Path]:
    """A recording: a tone of this frequency in hertz, or silence for 0."""

    def speak(hertz: int) -> Path:
        file = tmp_path / f"{hertz}.wav"
        write_wav(file, generate_tone(hertz, round(1000 * SECONDS)) if hertz else Pcm(bytes(96_000), 48_000))
        return file

    return speak


def keys_of(user: User, **keys: list[str]) -> dict[str, list[str]]:
    """The keys of a user who authenticates and records the message of key 3; `keys` are those of other prompts."""
    typed = {"staff-line-account": [str(user.id)], "staff-line-pin": [PIN], "record-which": ["3"]}
    return typed | {prompt.replace("_", "-"): pressed for prompt, pressed in keys.items()}


def on_air(database: Database) -> list[MessageVersion]:
    return list(message_versions.list_versions(database, "daily"))


def drafts_of(database: Database) -> list[Draft]:
    return list(message_drafts.list_open_drafts(database, HERE, ["daily"]))


def test_key_1_publishes_the_recording_and_the_change_names_the_phone_as_its_channel(
    database: Database, storage: RecordingStorage, margot: User, line: Line, voice
) -> None:
    call = line(keys_of(margot, record_menu=["1"]), voice(700))

    preview = next(prompt for prompt in call.heard if prompt.startswith("/"))
    assert call.heard == [
        *("staff-line-account", "staff-line-pin", "staff-line-hello", "record-which", "record-slot", "digits/3"),
        *("record-begin", "record-moment", "record-heard", preview, "record-menu"),
        *("record-moment", "record-published"),
    ]
    assert call.variables[names.ROUTE] == "goodbye"
    assert call.variables[names.PRESSED_KEY] == "1"  # the PIN was cleared
    (version,) = on_air(database)
    assert version.published_by == "Margot" and drafts_of(database) == []
    published = read_wav(sound_path(storage.messages, version.audio).with_suffix(".wav"))
    assert published.seconds == pytest.approx(SECONDS, abs=0.1)
    last = changes.list_changes(database, HERE)[0]
    assert (last.kind, last.by, last.after["channel"]) == ("message.publish", "Margot", "phone")
    assert list(storage.recordings.iterdir()) == []


def test_three_wrong_pins_end_the_call_and_two_such_calls_lock_the_pin(
    database: Database, margot: User, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = {"staff-line-account": [str(margot.id)] * 3, "staff-line-pin": [WRONG] * 3}
    asked = ["staff-line-account", "staff-line-pin"]

    for _ in range(2):
        call = line(wrong)
        assert call.heard == [*asked, *["staff-line-wrong", *asked] * 2, "staff-line-refused"]
        assert (call.variables[names.ROUTE], call.variables[names.PRESSED_KEY]) == ("goodbye", "")

    assert line(keys_of(margot)).heard[-1] == "staff-line-refused"
    assert [one.kind for one in changes.list_changes(database, HERE)].count("account.pin_locked") == 1
    assert "locked" in caplog.text and WRONG not in caplog.text and PIN not in caplog.text


def test_a_caller_without_a_valid_user_number_and_pin_is_refused(line: Line) -> None:
    assert line({"staff-line-account": ["**", "", "999999"], "staff-line-pin": ["", "#", PIN]}).heard[-1] == (
        "staff-line-refused"
    )


def test_a_user_without_the_permission_to_publish_hears_so_and_cannot_record(database: Database, line: Line) -> None:
    call = line(keys_of(add_user(database, Role.STAFF, "basile@example.org")))
    assert call.heard[-1] == "staff-line-no-right" and "record-begin" not in call.heard


@pytest.mark.parametrize(("language", "heard"), [("fr", "fr"), ("en", "en"), ("de", "en")])
def test_a_user_hears_a_language_that_is_spoken(language: str, heard: str) -> None:
    assert prompt_language(language, ("fr", "en")) == heard
    assert prompt_language(language, ("fr",)) == "fr"


def test_a_user_who_reads_a_language_without_prompts_hears_english(database: Database, line: Line) -> None:
    call = line(keys_of(add_user(database, Role.STAFF, "jens@example.org", language="de")))
    assert call.variables["CHANNEL(language)"] == "en"


@pytest.mark.parametrize("when", ["while recording", "at the menu"])
def test_a_user_who_hangs_up_leaves_a_draft_and_publishes_nothing(
    database: Database, margot: User, line: Line, voice, when: str
) -> None:
    call = line(keys_of(margot, record_menu=[HANG_UP]), voice(700), hang_up=when == "while recording")

    assert call.heard[-1] == "hung up" and on_air(database) == []
    (draft,) = drafts_of(database)
    assert (draft.state, draft.made_by) == (DraftState.OPEN, "Margot")


def test_a_second_recording_replaces_the_first(
    database: Database, margot: User, line: Line, voice, storage: RecordingStorage
) -> None:
    call = line(keys_of(margot, record_menu=["2", "*", "7", "3", "4"]), voice(700), voice(1400))

    assert call.heard.count("record-heard") == 3 and "record-help" in call.heard
    assert call.heard[-1] == "record-kept"
    (draft,) = drafts_of(database)
    assert draft.id == 2 and on_air(database) == []


def test_silence_is_not_kept_as_a_message(database: Database, margot: User, line: Line, voice) -> None:
    call = line(keys_of(margot), *[voice(0)] * 3)
    assert call.heard.count("record-unusable") == 3 and drafts_of(database) == []


def test_a_version_published_meanwhile_is_replaced_only_after_a_second_key(
    database: Database, margot: User, line: Line, voice
) -> None:
    audio = message_audio.Audio("a" * 64, 2.5, "audio/wav", "a.wav")
    message = message_versions.NewMessage("daily", "", AirPeriod(), "Basile")
    message_versions.publish_message(database, message, audio, at=NOON)  # which the snapshot does not hold yet

    call = line(keys_of(margot, record_menu=["1", "1"]), voice(700))

    warning = call.heard.index("record-overtaken")
    assert call.heard[warning:] == ["record-overtaken", "record-menu", "record-moment", "record-published"]
    assert [version.published_by for version in on_air(database)] == ["Margot", "Basile"]


def test_where_the_plan_requires_approval_the_message_is_submitted(
    database: Database, margot: User, line: Line, voice
) -> None:
    text = PLAN.read_text().replace("  daily:\n", "  daily:\n    approval: second\n")
    plan_versions.save_plan(database, text, author="test", at=NOON)

    call = line(keys_of(margot, record_menu=["1"]), voice(700))

    assert call.heard[-1] == "record-handed-in" and on_air(database) == []
    assert [draft.state for draft in drafts_of(database)] == [DraftState.AWAITING_APPROVAL]


# --- click-to-call --------------------------------------------------------------------------------------------------


@pytest.fixture
def called(database: Database, margot: User, snapshots: SnapshotReader) -> Callable[..., tuple[int, dict[str, str]]]:
    """Margot requests a call, which is authorized; gives the request's id and the variables that were set."""
    agents.create_sip_accounts(database, {"p01": "secret"})

    def request(part: AudioRange | None = None, outside: str | None = None) -> tuple[int, dict[str, str]]:
        agent = agents.add_agent(database, "Margot", language="fr", outside_number=outside, at=NOON)
        administration.update_user(
            database,
            HERE,
            margot.id,
            administration.UserDetails(name="Margot", role=margot.role, agent_id=agent.id),
            at=NOON,
        )
        click_to_call.request_click_to_call(database, margot.actor, "daily", part, at=datetime.now(UTC))
        (click_id,) = click_to_call.claim_click_to_calls(database, at=datetime.now(UTC))
        first, second = both = SimulatedAsterisk({}), SimulatedAsterisk({})
        for asterisk in both:
            authorize_click_to_call(asterisk.channel(f"ctc-{click_id}"), snapshots, database)
            asterisk.close()
        assert second.variables == {}
        return click_id, first.variables

    return request


def test_a_user_who_was_called_records_after_the_pin_alone(
    database: Database, margot: User, line: Line, called, voice
) -> None:
    click_id, variables = called()
    assert variables == {names.MEMBER_LANGUAGE: "fr", names.CLICK_TO_CALL_PHONE: "p01"}

    call = line({"staff-line-pin": [WRONG, PIN], "record-menu": ["1"]}, voice(700), request_id=click_id)

    prompts = ["staff-line-pin", "staff-line-wrong", "staff-line-pin", "staff-line-hello", "record-begin"]
    assert call.heard[:5] == prompts and call.heard[-1] == "record-published"
    assert [version.published_by for version in on_air(database)] == ["Margot"]


def test_a_user_who_asked_to_hear_a_draft_hears_the_part_they_chose(
    database: Database, margot: User, line: Line, called, voice, storage: RecordingStorage
) -> None:
    line(keys_of(margot, record_menu=["4"]), voice(700))
    (draft,) = drafts_of(database)
    click_id, variables = called(AudioRange(draft.id, 0.2, 0.7), "+33639980009")
    assert variables[names.OUTSIDE_NUMBER] == "+33639980009" and variables[names.MEMBER_CONFIRM_PROMPTS] == "ring-asked"

    call = line({}, request_id=click_id)

    *before, preview = call.heard
    assert before == ["staff-line-hello", "record-moment", "record-heard"]
    assert read_wav(Path(f"{preview}.wav")).seconds == pytest.approx(0.5, abs=0.05)
    assert on_air(database) == []
