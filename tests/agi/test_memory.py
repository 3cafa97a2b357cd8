import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agi import memory as agi_memory
from agi.memory import Memory
from records import embargoes, messages, people, plans
from records.base import Base
from records.errors import RecordsError
from records.viewer import at_machine

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
LONG_S = 5


@pytest.fixture
def memory(base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    monkeypatch.setattr(agi_memory, "REFRESH_S", 0.01)
    plans.save(base, PLAN.read_text(), author="test", at=NOON)
    memory = Memory(base, tmp_path / "last-good.json")
    yield memory
    memory.close()


def publish(base: Base, letter: str, at: datetime) -> int:
    audio = messages.Audio(letter * 64, 2.5, "audio/wav", f"{letter}.wav")
    until = {"valid_from": at, "valid_until": None}
    return messages.publish(base, slot="daily", audio=audio, text="", **until, by="test", at=at).id


def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + LONG_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def operate(base: Base, statement: str) -> None:
    with base.write() as connection:
        connection.exec_driver_sql(statement)


def on_air(memory: Memory, now: datetime) -> int | None:
    version = memory.house.on_air(memory.house.plan.slots["daily"], now).version
    return version and version.id


def test_what_is_published_is_on_air_for_the_next_caller(base: Base, memory: Memory) -> None:
    assert on_air(memory, NOON) is None
    first = publish(base, "a", NOON)
    until(lambda: on_air(memory, NOON) == first)
    assert memory.house.seconds["a" * 64] == 2.5
    second = publish(base, "b", NOON + timedelta(hours=1))
    until(lambda: on_air(memory, NOON + timedelta(hours=2)) == second)
    assert on_air(memory, NOON) == first


def test_a_conversation_keeps_the_house_as_it_was_when_it_began(base: Base, memory: Memory) -> None:
    house = memory.house
    publish(base, "a", NOON)
    until(lambda: on_air(memory, NOON))
    assert house.on_air(house.plan.slots["daily"], NOON).version is None


def test_a_new_plan_is_followed(base: Base, memory: Memory) -> None:
    text = PLAN.read_text().replace("max_wait_s: 8", "max_wait_s: 9")
    saved = plans.save(base, text, author="test", at=NOON)
    until(lambda: memory.house.plan_version == saved.version)
    assert memory.house.plan.staff.max_wait_s == 9


NEW_PLAN = "INSERT INTO plan_version (version, text, author, created_at) VALUES (2, {text}, 'test', '2025-03-03')"


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        (NEW_PLAN.format(text="'numbers: 7'"), "DELETE FROM plan_version WHERE version = 2"),
        pytest.param(
            NEW_PLAN.format(text="X'00'"),
            "DELETE FROM plan_version WHERE version = 2",
            marks=pytest.mark.engine("sqlite"),  # which lets a column of text hold what is none
        ),
        ("ALTER TABLE message_version RENAME TO lost", "ALTER TABLE lost RENAME TO message_version"),
    ],
    ids=["a plan nobody can read", "a plan that is no text", "no messages"],
)
def test_whatever_becomes_of_the_base_callers_are_served_from_what_is_known_and_it_is_said_once(
    base: Base, memory: Memory, spoil: str, mend: str, caplog: pytest.LogCaptureFixture
) -> None:
    plan = memory.house.plan
    operate(base, spoil)
    until(lambda: caplog.records)
    assert memory.house.plan is plan
    operate(base, mend)
    published = publish(base, "a", NOON)
    until(lambda: on_air(memory, NOON) == published)
    assert [record.message[:32] for record in caplog.records] == ["serving from the last good plan "]


def test_without_any_plan_there_is_nothing_to_serve_from(base: Base, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="No plan yet"):
        Memory(base, tmp_path / "last-good.json")


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("away", ["gone", "locked away", "empty"])
def test_who_starts_while_the_base_is_away_serves_from_what_was_last_read(
    base: Base, memory: Memory, tmp_path: Path, away: str, caplog: pytest.LogCaptureFixture
) -> None:
    published = publish(base, "a", NOON)
    person = people.prepare_phones(base, {"p01": "a-secret-of-the-test"}) or people.add(
        base, "Anne", language="fr", at=NOON, outside_number="+33639980009"
    )
    kept = tmp_path / "last-good.json"
    until(lambda: kept.exists() and b"+33639980009" in kept.read_bytes() and on_air(memory, NOON))
    memory.close()
    assert base.file
    if away == "locked away":
        shutil.move(base.file, tmp_path / "elsewhere")
        base.file.mkdir()
    else:
        base.file.unlink()
        if away == "empty":
            base.file.touch()

    starting = Memory(base, kept)

    assert on_air(starting, NOON) == published
    assert starting.house.seconds["a" * 64] == 2.5
    assert starting.house.plan == memory.house.plan
    assert starting.house.staff["p01"].outside_number == person.outside_number
    assert not starting.house.closed_now
    starting.close()
    assert b"a-secret-of-the-test" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    assert [record.message[:32] for record in caplog.records] == ["serving from the last good plan "]


def test_a_silence_is_known_to_who_starts_while_the_base_is_away(base: Base, memory: Memory, tmp_path: Path) -> None:
    audio = messages.Audio("n" * 64, 1.0, "audio/wav", "")
    span = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=1), "reason": "a", "audio": audio, "text": ""}
    ordinary = publish(base, "a", NOON)
    embargoes.impose(base, at_machine("test"), **span, slots=["daily"], at=NOON)
    until(lambda: on_air(memory, NOON) == ordinary + 1)
    assert on_air(memory, NOON + timedelta(hours=1)) == ordinary
    kept = tmp_path / "last-good.json"
    until(lambda: b"n" * 64 in kept.read_bytes() and b'"embargoes":[{' in kept.read_bytes())
    memory.close()
    operate(base, "DROP TABLE embargo_message")
    starting = Memory(base, kept)
    assert on_air(starting, NOON) == ordinary + 1
    starting.close()


def test_what_was_last_read_is_replaced_whole_or_not_at_all(
    base: Base, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = tmp_path / "last-good.json"
    until(kept.exists)
    before = kept.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    published = publish(base, "a", NOON)
    until(lambda: on_air(memory, NOON) == published and caplog.records)
    assert kept.read_bytes() == before
    until(lambda: [file.name for file in tmp_path.glob("last-good*")] == [kept.name])  # between two tries
