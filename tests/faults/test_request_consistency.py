"""What the book-keeper of the fault harness says of books that are right, and of books that are not."""

import pytest
from callback_records import callback_in_state
from request_consistency import INCONSISTENCIES, find_inconsistencies

from records.database.engine import Database
from routing.callbacks.states import CallbackState

FALSIFIED = {
    "a request is both done and open": "UPDATE request SET closed_at = NULL",
    "a request for a callback has none": "UPDATE request SET kind = 'missed'",
    "a callback came in not once": 'DELETE FROM callback_transition WHERE "before" IS NULL',
    "a callback is not where its last move led": "UPDATE callback SET state = 'treated' WHERE state = 'answered'",
    "a callback is closed and its request is open": "UPDATE request SET closed_at = NULL, outcome = NULL",
}


def test_books_in_which_every_kind_of_callback_was_kept_are_right(database: Database, database_url: str) -> None:
    for n, state in enumerate(sorted(CallbackState, key=lambda state: state is not CallbackState.EXPIRED)):
        callback_in_state(database, state, f"+336399801{n:02}")
    assert list(find_inconsistencies(database_url)) == []


@pytest.mark.parametrize(("sentence", "statement"), FALSIFIED.items(), ids=range(len(FALSIFIED)))
def test_falsified_books_are_found_out(database: Database, database_url: str, sentence: str, statement: str) -> None:
    callback_in_state(database, CallbackState.ANSWERED)
    with database.write() as connection:
        connection.exec_driver_sql(statement)
    assert any(said.startswith(sentence) for said in find_inconsistencies(database_url))
    assert len(FALSIFIED) == len(INCONSISTENCIES)
