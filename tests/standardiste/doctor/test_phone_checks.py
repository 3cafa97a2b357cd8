"""The check of registered telephones."""

import json

import pytest

from standardiste.doctor.phone_checks import find_phones_behind_nat


def listing(account: str, via_addr: str, uri: str) -> str:
    """A line of `database show registrar`, as Asterisk 22 prints it."""
    stored = json.dumps({"via_addr": via_addr, "via_port": "5060", "endpoint": account, "uri": uri, "path": ""})
    return f"/registrar/contact/{account};@afe636b919529e4eae2ca52e5e88fca5: {stored}\n"


@pytest.mark.parametrize(
    ("via_addr", "uri", "behind_nat"),
    [
        ("192.168.1.20", "sip:p01@203.0.113.7:1024", True),
        ("192.168.1.20", "sip:p01@203.0.113.7:1024;transport=udp", True),
        ("192.168.1.20", "sip:p01@192.168.1.20:5060", False),
        ("phone.example.org", "sip:p01@203.0.113.7:5060", False),
        ("2001:db8::7", "sip:p01@[2001:db8::7]:5060", False),
        ("", "sip:p01@203.0.113.7", False),
    ],
)
def test_a_telephone_that_names_another_address_than_it_sends_from_is_behind_a_router(
    via_addr: str, uri: str, behind_nat: bool
) -> None:
    found = find_phones_behind_nat(listing("p02", "10.0.0.1", "sip:p02@10.0.0.1") + listing("p01", via_addr, uri))
    assert found == (frozenset({"p01"}) if behind_nat else frozenset())


@pytest.mark.parametrize("text", ["", "0 results found.\n", "/registrar/contact/p01;@ff: {broken}\n"])
def test_a_listing_without_contacts_names_nobody(text: str) -> None:
    assert find_phones_behind_nat(text) == frozenset()
