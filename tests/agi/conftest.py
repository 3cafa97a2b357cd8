"""Fixtures of the FastAGI tests."""

import logging
from collections.abc import Callable, Iterator

import pytest
from agi_peers import Peer
from scripted_asterisk import ScriptedAsterisk


@pytest.fixture
def asterisk() -> Iterator[ScriptedAsterisk]:
    scripted = ScriptedAsterisk()
    yield scripted
    scripted.close()


@pytest.fixture(autouse=True)
def _every_level_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def connect() -> Iterator[Callable[..., Peer]]:
    peers: list[Peer] = []

    def opened(address: tuple[str, int], request: str = "") -> Peer:
        peers.append(Peer(address, request))
        return peers[-1]

    yield opened
    for peer in peers:
        peer.socket.close()
