"""The URLs and addresses that events may be sent to."""

from ipaddress import ip_address

import pytest

from webhooks.destinations import AddressRefused, is_public, parse_destination, resolve_host, resolve_public_addresses

URL = "https://hooks.example.org/hook"

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:9.9.9.9",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%2",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_resolves_to_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="not on the public Internet"):
        resolve_public_addresses(parse_destination(URL), lambda host, port: [address])


@pytest.mark.parametrize("address", ["9.9.9.9", "193.252.1.1", "2620:fe::fe", "2a01:4f8::1"])
def test_a_public_address_is_accepted(address: str) -> None:
    assert resolve_public_addresses(parse_destination(URL), lambda host, port: [address]) == (address,)


def test_a_name_with_one_private_address_is_refused() -> None:
    with pytest.raises(AddressRefused, match=r"leads to 10\.0\.0\.1"):
        resolve_public_addresses(parse_destination(URL), lambda host, port: ["9.9.9.9", "10.0.0.1"])


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]"])
def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(AddressRefused):
        resolve_public_addresses(parse_destination(f"https://{host}/"))


def test_trials_may_use_only_this_machine() -> None:
    assert resolve_host("127.0.0.1", 80) == ["127.0.0.1"]
    assert resolve_public_addresses(
        parse_destination("http://127.0.0.1:8080/", allow_loopback=True), allow_loopback=True
    ) == ("127.0.0.1",)
    with pytest.raises(AddressRefused, match="not secure"):
        parse_destination("http://hooks.example.org/", allow_loopback=True)
    with pytest.raises(AddressRefused, match="not on the public Internet"):
        resolve_public_addresses(
            parse_destination(URL, allow_loopback=True), lambda host, port: ["10.0.0.1"], allow_loopback=True
        )


def test_a_name_that_does_not_resolve_is_named() -> None:
    with pytest.raises(AddressRefused, match=r"no-such\.invalid cannot be resolved"):
        resolve_public_addresses(parse_destination("https://no-such.invalid/"))


def test_a_url_is_parsed_into_a_destination() -> None:
    destination = parse_destination("https://Hooks.Example.org:8443/a/hook?x=1&y=2")

    assert (destination.host, destination.port, destination.authority) == (
        "hooks.example.org",
        8443,
        "Hooks.Example.org:8443",
    )
    assert destination.target == "/a/hook?x=1&y=2"
    assert parse_destination("https://hooks.example.org").target == "/"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example.org/", "not secure"),
        ("http://127.0.0.1/", "not secure"),
        ("ftp://hooks.example.org/", "not secure"),
        ("file:///etc/passwd", "no URL"),
        ("hooks.example.org", "no URL"),
        ("https://", "no URL"),
        ("https://[::1", "no URL"),
        ("https://hooks.example.org:99999/", "no URL"),
        ("https://hooks.example.org/a b", "no URL"),
        ("https://hooks.example.org/\r\nx: y", "no URL"),
        ("https://høøks.example.org/", "no URL"),
        ("https://user:word@hooks.example.org/", "Leave user, password"),
        ("https://hooks.example.org/#part", "Leave user, password"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_a_sentence(url: str, reason: str) -> None:
    with pytest.raises(AddressRefused, match=reason):
        parse_destination(url)


def test_addresses_of_both_versions_are_checked() -> None:
    assert is_public(ip_address("9.9.9.9"))
    assert not is_public(ip_address("::ffff:9.9.9.9"))
