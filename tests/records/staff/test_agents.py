"""Agents and their SIP accounts."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.staff import presence
from records.staff.agents import (
    NewAgent,
    add_agent,
    add_agents,
    create_desks,
    create_sip_accounts,
    find_agent,
    find_agent_by_sip_account,
    list_agents,
    list_sip_accounts,
    reissue_account,
    remove_agent,
    update_agent,
)

ACCOUNTS = {f"p{number:02}": f"secret-{number}" for number in range(1, 9)}


def test_accounts_created_twice_keep_their_first_password(database: Database) -> None:
    create_sip_accounts(database, ACCOUNTS)
    create_sip_accounts(database, {**dict.fromkeys(ACCOUNTS, "other"), "p99": "new"})
    assert {phone.name: phone.password for phone in list_sip_accounts(database)} == {**ACCOUNTS, "p99": "new"}


def test_a_new_agent_claims_the_lowest_free_account(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    anne = add_agent(database, " Anne ", language="fr", at=noon)
    assert (anne.name, anne.sip_account, anne.password) == ("Anne", "p01", "secret-1")
    basile = add_agent(database, "Basile", language="en", at=noon)
    assert list_agents(database) == (anne, basile)
    assert [phone.agent for phone in list_sip_accounts(database)][:3] == ["Anne", "Basile", None]


def test_eight_agents_added_at_once_get_eight_accounts(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    with ThreadPoolExecutor(8) as threads:
        added = list(threads.map(lambda n: add_agent(database, f"Agent {n}", language="fr", at=noon), range(8)))
    assert sorted(person.sip_account for person in added) == sorted(ACCOUNTS)


def test_an_agent_speaks_their_own_language_unless_others_are_given(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    assert add_agent(database, "Anne", language="en", at=noon).speaks == ("en",)
    basile = add_agent(
        database, "Basile", language="fr", at=noon, rank=3, outside_number="+33639980101", speaks=("fr", "en")
    )
    assert (basile.speaks, basile.rank, basile.outside_number) == (("fr", "en"), 3, "+33639980101")
    assert list_agents(database)[1] == basile


def test_a_changed_agent_is_still_to_be_applied_and_other_fields_stay(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    anne = add_agent(database, "Anne", language="fr", at=noon, rank=2)
    presence.mark_applied(database, anne.id, 1, noon)

    outside = update_agent(database, anne.id, outside_number="+33639980101", speaks=("en", "fr"))
    assert (outside.rank, outside.outside_number, outside.speaks) == (2, "+33639980101", ("en", "fr"))
    assert (outside.language, outside.sip_account, outside.password) == ("en", anne.sip_account, anne.password)
    (state,) = presence.list_presences(database)
    assert (state.speaks, state.version, state.applied_at) == (("en", "fr"), 2, None)

    assert update_agent(database, anne.id, rank=1, outside_number="").outside_number is None
    remove_agent(database, anne.id, password="changed", at=noon)
    with pytest.raises(NotFound, match="There is no agent"):
        update_agent(database, anne.id, rank=3)


def test_of_nine_agents_for_eight_accounts_none_is_added(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    nine = [NewAgent(f"Agent {number}", "fr", ("fr",)) for number in range(9)]
    with pytest.raises(RecordsError, match="No SIP account is free"):
        add_agents(database, nine, at=noon)
    assert list_agents(database) == ()
    assert len(add_agents(database, nine[:8], at=noon)) == 8


def test_an_agent_is_found_by_name_or_account_and_a_shared_name_is_refused(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    anne = add_agent(database, "Anne", language="fr", at=noon)
    assert (find_agent_by_sip_account(database, "p01"), find_agent_by_sip_account(database, "p02")) == (anne, None)
    assert find_agent(database, "anne") == find_agent(database, " P01 ") == find_agent(database, "01") == anne
    add_agent(database, "ANNE", language="fr", at=noon)
    with pytest.raises(RecordsError, match="desks 01 and 02 are both"):
        find_agent(database, "Anne")
    with pytest.raises(NotFound, match="staff list"):
        find_agent(database, "Basile")


def test_without_a_free_account_nobody_is_added(database: Database, noon: datetime) -> None:
    with pytest.raises(RecordsError, match="No SIP account is free"):
        add_agent(database, "Anne", language="fr", at=noon)
    assert list_agents(database) == ()


def test_an_agent_needs_a_name(database: Database, noon: datetime) -> None:
    with pytest.raises(RecordsError, match="needs a name"):
        add_agent(database, "  ", language="fr", at=noon)


def test_a_removed_agents_account_is_free_under_a_new_password(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    anne = add_agent(database, "Anne", language="fr", at=noon)
    freed = remove_agent(database, anne.id, password="changed", at=noon)
    assert (freed.name, freed.password, freed.agent) == ("p01", "changed", None)
    assert list_agents(database) == ()
    assert add_agent(database, "Basile", language="fr", at=noon).password == "changed"
    with pytest.raises(NotFound, match="There is no agent"):
        remove_agent(database, anne.id, password="again", at=noon)


def test_a_random_account_name_goes_with_the_agent_who_knew_it(database: Database, noon: datetime) -> None:
    create_desks(database, 1)
    anne = add_agent(database, "Anne", language="fr", at=noon)
    freed = remove_agent(database, anne.id, password="changed", at=noon)
    assert freed.name != anne.sip_account and not freed.is_guessable
    assert add_agent(database, "Basile", language="fr", at=noon).sip_account == freed.name


def test_a_password_is_never_shown_by_accident(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    shown = repr((add_agent(database, "Anne", language="fr", at=noon), list_sip_accounts(database)))
    assert not any(password in shown for password in ACCOUNTS.values())


def test_the_account_names_of_new_desks_are_random_and_long(database: Database) -> None:
    create_desks(database, 50)
    accounts = list_sip_accounts(database)
    assert [account.desk for account in accounts] == [f"{number:02}" for number in range(1, 51)]
    assert len({account.name for account in accounts}) == 50
    for account in accounts:
        assert re.fullmatch(r"[2-9][a-z2-9]{13}", account.name)
    create_desks(database, 50)
    assert list_sip_accounts(database) == accounts


def test_accounts_of_version_0_2_keep_their_names_while_they_are_in_use(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    anne = add_agent(database, "Anne", language="fr", at=noon)
    create_desks(database, 9)
    used, *free = list_sip_accounts(database)
    assert (used.name, used.password, used.desk, used.is_guessable) == ("p01", "secret-1", "01", True)
    assert [account.desk for account in free] == ["02", "03", "04", "05", "06", "07", "08", "09"]
    assert not any(account.is_guessable or account.password in ACCOUNTS.values() for account in free)
    assert find_agent_by_sip_account(database, "p01") == anne


def test_a_reissued_account_has_a_new_name_and_password_and_the_same_desk(database: Database, noon: datetime) -> None:
    create_sip_accounts(database, ACCOUNTS)
    anne = add_agent(database, "Anne", language="fr", at=noon)
    presence.mark_applied(database, anne.id, 1, noon)
    new = reissue_account(database, anne.id)
    assert (new.id, new.name, new.desk) == (anne.id, "Anne", "01")
    assert {new.sip_account, new.password}.isdisjoint({"p01", "secret-1"})
    assert find_agent_by_sip_account(database, "p01") is None
    (state,) = presence.list_presences(database)
    assert (state.sip_account, state.applied_at) == (new.sip_account, None)
    with pytest.raises(NotFound, match="There is no agent"):
        reissue_account(database, 99)
