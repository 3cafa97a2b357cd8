"""The consistency check of requests and callbacks, on consistent and on falsified rows."""

import pytest
from callback_records import callback_in_state
from request_consistency import INCONSISTENCIES, find_inconsistencies

from records.database.engine import Database
from routing.callbacks.states import CallbackState

FALSIFIED = {
    "a request is both closed and open": "UPDATE request SET closed_at = NULL",
    "a request for a callback has none": "UPDATE request SET kind = 'missed'",
    "a callback has not exactly one first transition": 'DELETE FROM callback_transition WHERE "before" IS NULL',
    "a callback is not in the state of its last transition": (
        "UPDATE callback SET state = 'treated' WHERE state = 'answered'"
    ),
    "a callback is closed and its request is open": "UPDATE request SET closed_at = NULL, outcome = NULL",
}


def test_callbacks_in_every_state_are_consistent(database: Database, database_url: str) -> None:
    for n, state in enumerate(sorted(CallbackState, key=lambda state: state is not CallbackState.EXPIRED)):
        callback_in_state(database, state, f"+336399801{n:02}")
    assert list(find_inconsistencies(database_url)) == []


@pytest.mark.parametrize(("sentence", "statement"), FALSIFIED.items(), ids=range(len(FALSIFIED)))
def test_falsified_rows_are_found(database: Database, database_url: str, sentence: str, statement: str) -> None:
    callback_in_state(database, CallbackState.ANSWERED)
    with database.write() as connection:
        connection.exec_driver_sql(statement)
    assert any(said.startswith(sentence) for said in find_inconsistencies(database_url))
    assert len(FALSIFIED) == len(INCONSISTENCIES)
