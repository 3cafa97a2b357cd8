from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from subprocess import Popen

import pytest
from arrivals import arrived
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from records.base import Base
from records.calls import OpenedCall
from records.contacts import find, rename, show
from records.errors import NotFound, RecordsError
from records.merges import merge, undo_merge
from records.schema import Contact, ContactLine, ContactMerge, Line

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
CALL_OFTEN = """
from datetime import UTC, datetime
from records.base import open_base
from records.calls import open_call
base = open_base(sys.argv[1])
for number in range(10):
    open_call(
        base, f"{sys.argv[2]}.{number}", landing="+33199000000", public_number=None, caller=f"+3363998000{number}",
        withheld=False, language="fr", plan_version=None, at=datetime.now(UTC), wait_ms=5000,
    )
"""
ANNE, BASILE = "+33639980001", "+33639980002"


def call(base: Base, ref: str, caller: str | None, at: datetime = NOON) -> OpenedCall:
    return arrived(base, ref, at, caller)


def counted(base: Base) -> tuple[int, int, int]:
    with base.read() as connection:
        tables = (Line, Contact, ContactLine)
        lines, cards, ties = (connection.scalar(select(func.count()).select_from(table)) for table in tables)
        return lines, cards, ties


def test_simultaneous_first_calls_of_one_number_make_one_line_and_one_card(base: Base) -> None:
    with ThreadPoolExecutor(16) as threads:
        opened = list(threads.map(lambda n: call(base, f"1.{n}", ANNE), range(48)))
    assert counted(base) == (1, 1, 1)
    assert len({one.contact_id for one in opened}) == 1
    assert [one.is_new_contact for one in opened].count(True) == 1


def test_first_calls_in_several_processes_make_one_card_per_number(
    base: Base, base_url: str, another_process: Callable[..., Popen[str]]
) -> None:
    servers = [another_process(CALL_OFTEN, base_url, name) for name in ("1", "2", "3")]
    assert [server.wait(60) for server in servers] == [0, 0, 0]
    assert counted(base) == (10, 10, 10)


def test_a_withheld_number_gets_no_card(base: Base) -> None:
    opened = call(base, "1.1", None)
    assert (opened.contact_id, opened.line_id) == (None, None)
    assert counted(base) == (0, 0, 0)


def test_a_household_line_proposes_who_was_heard_of_last(base: Base) -> None:
    first = call(base, "1.1", ANNE)
    other = call(base, "1.2", BASILE, NOON + timedelta(minutes=1))
    with base.write() as connection:
        connection.execute(insert(ContactLine).values(contact_id=other.contact_id, line_id=first.line_id, since=NOON))
    assert call(base, "1.3", ANNE, NOON + timedelta(minutes=2)).contact_id == other.contact_id


def test_a_card_is_found_by_number_and_by_part_of_its_name_without_accents(base: Base) -> None:
    contact_id = call(base, "1.1", ANNE).contact_id
    call(base, "1.2", BASILE)
    rename(base, contact_id, " Hélène Œuvrard-Müller ")
    for text in (ANNE, "helene", "MULLER", "Hélène Œ"):
        assert [(card.id, card.name, card.lines) for card in find(base, text)] == [
            (contact_id, "Hélène Œuvrard-Müller", (ANNE,))
        ]
    assert find(base, "+33639989999") == find(base, "%") == find(base, "_") == ()


def test_the_last_heard_of_comes_first(base: Base) -> None:
    for minute, number in enumerate((ANNE, BASILE)):
        rename(base, call(base, f"1.{minute}", number, NOON + timedelta(minutes=minute)).contact_id, "Martin")
    assert [card.lines for card in find(base, "martin")] == [(BASILE,), (ANNE,)]


def test_a_card_shows_its_history_newest_first(base: Base) -> None:
    contact_id = call(base, "1.1", ANNE).contact_id
    call(base, "1.2", ANNE, NOON + timedelta(days=1))
    shown = show(base, contact_id)
    assert [moment.call_ref for moment in shown.interactions] == ["1.2", "1.1"]
    assert shown.card.last_heard == NOON + timedelta(days=1)


def test_a_card_that_does_not_exist_is_said(base: Base) -> None:
    with pytest.raises(NotFound, match="no card 7"):
        show(base, 7)
    with pytest.raises(NotFound, match="no card 7"):
        rename(base, 7, "Nobody")
    with pytest.raises(NotFound, match="no card 7"):
        merge(base, call(base, "1.1", ANNE).contact_id, 7, by="test", at=NOON)


def test_a_merged_card_shows_both_lines_and_both_histories_on_either_number(base: Base) -> None:
    kept, absorbed = call(base, "1.1", ANNE).contact_id, call(base, "1.2", BASILE).contact_id
    rename(base, absorbed, "Basile")
    merge(base, kept, absorbed, by="test", at=NOON)
    assert show(base, absorbed) == show(base, kept)
    assert show(base, kept).card.name == "Basile"
    assert show(base, kept).card.lines == (ANNE, BASILE)
    assert call(base, "1.3", BASILE).contact_id == kept
    assert [moment.call_ref for moment in show(base, kept).interactions] == ["1.3", "1.2", "1.1"]
    assert [card.id for card in find(base, "basile")] == [kept]


def test_a_card_cannot_be_merged_twice_nor_with_itself(base: Base) -> None:
    kept, absorbed = call(base, "1.1", ANNE).contact_id, call(base, "1.2", BASILE).contact_id
    merge(base, kept, absorbed, by="test", at=NOON)
    for one, other in ((kept, absorbed), (absorbed, kept), (kept, kept)):
        with pytest.raises(RecordsError, match="card"):
            merge(base, one, other, by="test", at=NOON)


def test_what_came_in_on_an_absorbed_line_goes_with_its_card_when_the_merge_is_undone(base: Base) -> None:
    kept, absorbed = call(base, "1.1", ANNE).contact_id, call(base, "1.2", BASILE).contact_id
    merge_id = merge(base, kept, absorbed, by="test", at=NOON)
    call(base, "1.3", BASILE)
    undo_merge(base, merge_id, by="test", at=NOON)
    assert [moment.call_ref for moment in show(base, kept).interactions] == ["1.1"]
    assert {moment.call_ref for moment in show(base, absorbed).interactions} == {"1.2", "1.3"}


def test_a_merge_is_undone_once(base: Base) -> None:
    kept, absorbed = call(base, "1.1", ANNE).contact_id, call(base, "1.2", BASILE).contact_id
    merge_id = merge(base, kept, absorbed, by="test", at=NOON)
    undo_merge(base, merge_id, by="test", at=NOON)
    with pytest.raises(NotFound, match="to undo"):
        undo_merge(base, merge_id, by="test", at=NOON)


CARDS = 5
pairs = st.tuples(st.integers(1, CARDS), st.integers(1, CARDS))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(merges=st.lists(pairs, max_size=8), order=st.randoms())
def test_merges_undone_in_any_order_leave_every_card_as_it_was(base: Base, merges: list, order: Random) -> None:
    with base.write() as connection:
        connection.execute(delete(ContactMerge))
    for number in range(1, CARDS + 1):
        call(base, f"1.{number}", f"+3363998000{number}")  # the same calls again in each example: they change nothing

    before = [show(base, card) for card in range(1, CARDS + 1)]
    done = []
    for kept, absorbed in merges:
        try:
            done.append(merge(base, kept, absorbed, by="test", at=NOON))
        except RecordsError:
            continue
        shown = [show(base, card) for card in range(1, CARDS + 1)]
        assert len({one.card.id for one in shown}) == CARDS - len(done)
        assert sum(len(one.interactions) for one in {one.card.id: one for one in shown}.values()) == CARDS
    order.shuffle(done)
    for merge_id in done:
        undo_merge(base, merge_id, by="test", at=NOON)
    assert [show(base, card) for card in range(1, CARDS + 1)] == before
