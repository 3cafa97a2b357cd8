from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from records.base import Base
from records.errors import NotFound, RecordsError
from records.people import add, phones, prepare_phones, remove, staff

ACCOUNTS = {f"p{number:02}": f"secret-{number}" for number in range(1, 9)}


def test_accounts_prepared_twice_keep_their_first_password(base: Base) -> None:
    prepare_phones(base, ACCOUNTS)
    prepare_phones(base, {**dict.fromkeys(ACCOUNTS, "other"), "p99": "new"})
    assert {phone.name: phone.password for phone in phones(base)} == {**ACCOUNTS, "p99": "new"}


def test_who_is_added_claims_the_lowest_free_account(base: Base, noon: datetime) -> None:
    prepare_phones(base, ACCOUNTS)
    anne = add(base, " Anne ", language="fr", at=noon)
    assert (anne.name, anne.phone, anne.password) == ("Anne", "p01", "secret-1")
    basile = add(base, "Basile", language="en", at=noon)
    assert staff(base) == (anne, basile)
    assert [phone.person for phone in phones(base)][:3] == ["Anne", "Basile", None]


def test_eight_people_added_at_once_get_eight_accounts(base: Base, noon: datetime) -> None:
    prepare_phones(base, ACCOUNTS)
    with ThreadPoolExecutor(8) as threads:
        added = list(threads.map(lambda n: add(base, f"Agent {n}", language="fr", at=noon), range(8)))
    assert sorted(person.phone for person in added) == sorted(ACCOUNTS)


def test_without_a_free_account_nobody_is_added(base: Base, noon: datetime) -> None:
    with pytest.raises(RecordsError, match="No phone account is free"):
        add(base, "Anne", language="fr", at=noon)
    assert staff(base) == ()


def test_a_person_needs_a_name(base: Base, noon: datetime) -> None:
    with pytest.raises(RecordsError, match="needs a name"):
        add(base, "  ", language="fr", at=noon)


def test_the_account_of_who_left_is_free_under_a_new_password(base: Base, noon: datetime) -> None:
    prepare_phones(base, ACCOUNTS)
    anne = add(base, "Anne", language="fr", at=noon)
    freed = remove(base, anne.id, password="changed", at=noon)
    assert (freed.name, freed.password, freed.person) == ("p01", "changed", None)
    assert staff(base) == ()
    assert add(base, "Basile", language="fr", at=noon).password == "changed"
    with pytest.raises(NotFound, match="works here"):
        remove(base, anne.id, password="again", at=noon)


def test_a_password_is_never_shown_by_accident(base: Base, noon: datetime) -> None:
    prepare_phones(base, ACCOUNTS)
    shown = repr((add(base, "Anne", language="fr", at=noon), phones(base)))
    assert not any(password in shown for password in ACCOUNTS.values())
