from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from records import presence
from records.base import Base
from records.errors import NotFound, RecordsError
from records.people import Newcomer, add, add_all, at_phone, change, find, phones, prepare_phones, remove, staff

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


def test_a_person_speaks_the_language_we_speak_with_her_unless_more_are_named(base: Base, noon: datetime) -> None:
    prepare_phones(base, ACCOUNTS)
    assert add(base, "Anne", language="en", at=noon).speaks == ("en",)
    basile = add(base, "Basile", language="fr", at=noon, rank=3, outside_number="+33639980101", speaks=("fr", "en"))
    assert (basile.speaks, basile.rank, basile.outside_number) == (("fr", "en"), 3, "+33639980101")
    assert staff(base)[1] == basile


def test_what_is_changed_is_still_to_be_applied_and_the_rest_stays(base: Base, noon: datetime) -> None:
    prepare_phones(base, ACCOUNTS)
    anne = add(base, "Anne", language="fr", at=noon, rank=2)
    presence.applied(base, anne.id, 1, noon)

    outside = change(base, anne.id, outside_number="+33639980101", speaks=("en", "fr"))
    assert (outside.rank, outside.outside_number, outside.speaks) == (2, "+33639980101", ("en", "fr"))
    assert (outside.language, outside.phone, outside.password) == ("en", anne.phone, anne.password)
    (state,) = presence.all(base)
    assert (state.speaks, state.version, state.applied_at) == (("en", "fr"), 2, None)

    assert change(base, anne.id, rank=1, outside_number="").outside_number is None
    remove(base, anne.id, password="changed", at=noon)
    with pytest.raises(NotFound, match="works here"):
        change(base, anne.id, rank=3)


def test_of_nine_people_for_eight_accounts_none_is_added(base: Base, noon: datetime) -> None:
    prepare_phones(base, ACCOUNTS)
    nine = [Newcomer(f"Agent {number}", "fr", ("fr",)) for number in range(9)]
    with pytest.raises(RecordsError, match="No phone account is free"):
        add_all(base, nine, at=noon)
    assert staff(base) == ()
    assert len(add_all(base, nine[:8], at=noon)) == 8


def test_a_person_is_found_by_name_or_account_and_two_of_a_name_are_told_apart(base: Base, noon: datetime) -> None:
    prepare_phones(base, ACCOUNTS)
    anne = add(base, "Anne", language="fr", at=noon)
    assert (at_phone(base, "p01"), at_phone(base, "p02")) == (anne, None)
    assert find(base, "anne") == find(base, " P01 ") == anne
    add(base, "ANNE", language="fr", at=noon)
    with pytest.raises(RecordsError, match="p01 and p02 are both"):
        find(base, "Anne")
    with pytest.raises(NotFound, match="staff list"):
        find(base, "Basile")


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
