"""Receivers of webhooks with their own certificate authority."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from webhook_receiver import HOST, AddEndpoint, CertificateAuthority, Reply, StartReceiver, WebhookReceiver

from records.database.engine import Database
from records.webhooks import endpoints
from webhooks.http_sender import ConnectionRules
from webhooks.signing import generate_signing_secret


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def rules(authority: CertificateAuthority) -> ConnectionRules:
    """Rules with which every host name resolves to this machine."""
    context = ssl.create_default_context(cafile=authority.certificate)
    return ConnectionRules(lambda: context, allow_loopback=True, resolve=lambda host, port: ["127.0.0.1"])


@pytest.fixture
def start_receiver(authority: CertificateAuthority) -> Iterator[StartReceiver]:
    """`start_receiver(Reply(500), Reply())`: a server with these responses; `names` are those in its certificate."""
    started: list[WebhookReceiver] = []

    def start(*replies: Reply, names: tuple[str, ...] = (HOST, "localhost")) -> WebhookReceiver:
        started.append(WebhookReceiver(authority.server_context(*names), *replies).__enter__())
        return started[-1]

    yield start
    for receiver in started:
        receiver.__exit__()


@pytest.fixture
def add_endpoint(database: Database) -> AddEndpoint:
    """`add_endpoint(url)`: an endpoint that is sent every event from now on; returns its secret."""

    def add(url: str, *, kinds: tuple[str, ...] = ("*",), numbers: bool = True) -> str:
        secret = generate_signing_secret()
        endpoints.add_endpoint(database, url, secret, kinds=kinds, full_numbers=numbers, at=datetime.now(UTC))
        return secret

    return add
