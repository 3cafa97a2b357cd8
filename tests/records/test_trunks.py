"""Trunks in the database: who may change them, what is stored, what the change log says."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from records import changes, trunks
from records.actor import Actor, Forbidden, command_line_actor
from records.database.engine import Database
from records.endpoint_states import WATCHED, EndpointState, list_endpoint_states, save_endpoint_states
from records.secret_box import SecretBox, SecretUnreadable, generate_key
from records.trunks import MAX_TRUNKS, StoredTrunk, TooManyTrunks, TrunkExists
from routing.access.permissions import Role
from routing.trunks import Trunk

NOW = datetime(2030, 3, 4, 11, tzinfo=UTC)
ADMINISTRATOR = command_line_actor("test")
SECRET = "a-canary-password"


@pytest.fixture
def box() -> SecretBox:
    return SecretBox([generate_key()])


def trunk(name: str = "op", label: str = "Opérateur", **values: object) -> StoredTrunk:
    given = {"address": "192.0.2.1", "user": "us", "password": SECRET} | values
    return StoredTrunk(name, label, Trunk.model_validate(given))


def test_a_password_is_stored_encrypted_and_is_not_in_the_change_log(database: Database, box: SecretBox) -> None:
    trunks.add_trunk(database, ADMINISTRATOR, box, trunk(), at=NOW)

    with database.read() as connection:
        row = connection.execute(text("SELECT settings, secret FROM trunk")).one()
        log = connection.execute(text('SELECT "before", "after" FROM change')).all()
    assert SECRET not in f"{row}{log}"
    assert box.open(row.secret) == SECRET
    assert trunks.list_trunks(database)[0].trunk.password.get_secret_value() == ""
    assert trunks.list_trunks(database, box)[0] == trunk()


def test_another_key_reads_the_trunk_without_its_password(database: Database, box: SecretBox) -> None:
    trunks.add_trunk(database, ADMINISTRATOR, box, trunk(), at=NOW)

    (locked,) = trunks.list_trunks(database, SecretBox([generate_key()]))

    assert (locked.is_locked, locked.trunk.user, locked.trunk.registers) == (True, "us", False)
    with pytest.raises(SecretUnreadable):
        SecretBox([]).seal(SECRET)


def test_a_key_among_several_reads_and_the_first_one_encrypts(box: SecretBox) -> None:
    old, new = generate_key(), generate_key()
    sealed = SecretBox([old]).seal(SECRET)

    resealed = SecretBox([new, old]).reseal(sealed)

    assert SecretBox([new]).open(resealed) == SECRET
    with pytest.raises(SecretUnreadable):
        SecretBox([old]).open(resealed)


def test_names_are_unique_and_there_is_a_most(database: Database, box: SecretBox) -> None:
    trunks.add_trunk(database, ADMINISTRATOR, box, trunk(), at=NOW)
    with pytest.raises(TrunkExists):
        trunks.add_trunk(database, ADMINISTRATOR, box, trunk(), at=NOW)
    for number in range(MAX_TRUNKS - 1):
        trunks.add_trunk(database, ADMINISTRATOR, box, trunk(f"op{number}"), at=NOW)
    with pytest.raises(TooManyTrunks):
        trunks.add_trunk(database, ADMINISTRATOR, box, trunk("more"), at=NOW)


def test_a_name_can_be_given_again_after_its_trunk_was_removed(database: Database, box: SecretBox) -> None:
    trunks.add_trunk(database, ADMINISTRATOR, box, trunk(), at=NOW)
    trunks.remove_trunk(database, ADMINISTRATOR, "op", at=NOW)
    assert not trunks.has_trunks(database)

    trunks.add_trunk(database, ADMINISTRATOR, box, trunk(address="192.0.2.9"), at=NOW)

    assert [one.trunk.address for one in trunks.list_trunks(database)] == ["192.0.2.9"]


Change = Callable[[Database, Actor, SecretBox], object]
CHANGES: dict[str, Change] = {
    "trunk.add": lambda it, who, box: trunks.add_trunk(it, who, box, trunk("two"), at=NOW),
    "trunk.change": lambda it, who, box: trunks.change_trunk(
        it, who, box, trunk(label="Autre nom", nat=True), keeps_password=False, at=NOW
    ),
    "trunk.first": lambda it, who, _: trunks.put_first(it, who, "two", at=NOW),
    "trunk.key": lambda it, who, box: trunks.reseal_secrets(it, who, box, at=NOW),
    "trunk.remove": lambda it, who, _: trunks.remove_trunk(it, who, "op", at=NOW),
}


def test_only_administrators_change_trunks_and_each_change_is_recorded(database: Database, box: SecretBox) -> None:
    trunks.add_trunk(database, ADMINISTRATOR, box, trunk(), at=NOW)
    for role in set(Role) - {Role.ADMINISTRATOR}:
        for change in CHANGES.values():
            with pytest.raises(Forbidden):
                change(database, Actor(None, role, "anybody"), box)
    for change in CHANGES.values():
        change(database, ADMINISTRATOR, box)

    log = changes.list_changes(database, ADMINISTRATOR)
    assert [change.kind for change in reversed(log)] == ["trunk.add", *CHANGES]
    changed = next(change for change in log if change.kind == "trunk.change")
    assert changed.after == {"label": "Autre nom", "nat": True, "password": "changed"}
    assert SECRET not in str(log)


def test_states_that_nobody_renews_are_not_believed(database: Database) -> None:
    save_endpoint_states(database, {"op": EndpointState("Reachable", "Registered")}, at=NOW)

    assert list_endpoint_states(database, at=NOW)["op"].is_reachable
    assert WATCHED in list_endpoint_states(database, at=NOW)
    assert list_endpoint_states(database, at=NOW.replace(minute=5)) == {}

    save_endpoint_states(database, {}, at=NOW)
    assert list(list_endpoint_states(database, at=NOW)) == [WATCHED]
