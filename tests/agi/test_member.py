"""A member of the queue is about to be rung: what Python tells the dialplan of him."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from answering_asterisk import AnsweringAsterisk

from agi.flows.member import member
from agi.memory import Memory
from dialplan import names
from records import people, plans
from records.base import Base

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"


@pytest.fixture
def memory(base: Base, tmp_path: Path) -> Memory:
    """As it was read before anybody worked here."""
    plans.save(base, PLAN.read_text(), author="test", at=NOON)
    memory = Memory(base, tmp_path / "last-good.json")
    memory.close()
    return memory


def test_who_has_just_come_is_rung_where_he_is_reached(base: Base, memory: Memory) -> None:
    people.prepare_phones(base, {"p01": "a-secret-of-the-test"})
    person = people.add(base, "A", language="fr", at=NOON, outside_number="+33639980001")
    asterisk = AnsweringAsterisk({})
    member(asterisk.channel(person.phone, ""), memory, base)
    asterisk.close()

    assert asterisk.variables[names.OUTSIDE_NUMBER] == "+33639980001"
    assert asterisk.variables[names.MEMBER_OFFER] == "accept-call"
