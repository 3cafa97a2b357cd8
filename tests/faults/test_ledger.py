"""What the book-keeper of the fault harness says of books that are right, and of books that are not."""

import pytest
from ledger import WRONG, unbalanced
from promises import brought_to

from records.base import Base
from routing.callback_states import CallbackState

FALSIFIED = {
    "a request is both done and open": "UPDATE request SET closed_at = NULL",
    "a request for a callback has none": "UPDATE request SET kind = 'missed'",
    "a callback came in not once": 'DELETE FROM callback_move WHERE "before" IS NULL',
    "a callback is not where its last move led": "UPDATE callback SET state = 'treated' WHERE state = 'answered'",
    "a callback is closed and its request is open": "UPDATE request SET closed_at = NULL, outcome = NULL",
}


def test_books_in_which_every_kind_of_callback_was_kept_are_right(base: Base, base_url: str) -> None:
    for n, state in enumerate(sorted(CallbackState, key=lambda state: state is not CallbackState.EXPIRED)):
        brought_to(base, state, f"+336399801{n:02}")
    assert list(unbalanced(base_url)) == []


@pytest.mark.parametrize(("sentence", "statement"), FALSIFIED.items(), ids=range(len(FALSIFIED)))
def test_falsified_books_are_found_out(base: Base, base_url: str, sentence: str, statement: str) -> None:
    brought_to(base, CallbackState.ANSWERED)
    with base.write() as connection:
        connection.exec_driver_sql(statement)
    assert any(said.startswith(sentence) for said in unbalanced(base_url))
    assert len(FALSIFIED) == len(WRONG)
