import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from receiver import HOST, Authority, Listen, Receive, Receiver, Reply

from records import webhooks
from records.base import Base
from webhooks.delivery import Rules
from webhooks.message import new_secret


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def rules(authority: Authority) -> Rules:
    """Those of the house, in a world where each name leads to this machine."""
    context = ssl.create_default_context(cafile=authority.certificate)
    return Rules(context, allow_loopback=True, resolve=lambda host, port: ["127.0.0.1"])


@pytest.fixture
def receive(authority: Authority) -> Iterator[Receive]:
    """`receive(Reply(500), Reply())`: a server that answers so; `names` are those in its certificate."""
    started: list[Receiver] = []

    def start(*replies: Reply, names: tuple[str, ...] = (HOST, "localhost")) -> Receiver:
        started.append(Receiver(authority.certify(*names), *replies).__enter__())
        return started[-1]

    yield start
    for one in started:
        one.__exit__()


@pytest.fixture
def listen(base: Base) -> Listen:
    """`listen(url)`: an endpoint of this house, told everything from now on; gives its secret."""

    def add(url: str, *, kinds: tuple[str, ...] = ("*",), numbers: bool = True) -> str:
        secret = new_secret()
        webhooks.add(base, url, secret, kinds=kinds, numbers=numbers, at=datetime.now(UTC))
        return secret

    return add
