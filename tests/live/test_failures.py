"""Failures of browsers, by their address."""

from live.failures import MAX_ADDRESSES, MAX_FAILURES, WINDOW_S, Failures


def test_an_address_that_fails_too_often_is_refused_for_a_while_and_no_other() -> None:
    now = [0.0]
    failures = Failures(lambda: now[0])
    for _ in range(MAX_FAILURES):
        assert not failures.is_refused("192.0.2.1")
        failures.add("192.0.2.1")

    assert failures.is_refused("192.0.2.1")
    assert not failures.is_refused("192.0.2.2")
    now[0] = WINDOW_S + 1
    assert not failures.is_refused("192.0.2.1")


def test_a_crowd_of_addresses_is_forgotten_from_its_beginning() -> None:
    failures = Failures(lambda: 0.0)
    for number in range(MAX_ADDRESSES + 5):
        failures.add(str(number))

    assert len(failures._found) == MAX_ADDRESSES
