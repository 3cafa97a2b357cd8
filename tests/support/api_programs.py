"""Programs of the organisation that use the API, each with a key of its own."""

from datetime import UTC, datetime

from public_server import VisitorClient
from urllib3 import BaseHTTPResponse

from records import site_keys
from records.database.engine import Database
from records.site_keys import NO_SITE

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)


class Program:
    """A program with a key of these scopes."""

    def __init__(self, client: VisitorClient, database: Database, *scopes: str) -> None:
        _, token = site_keys.create_site_key(database, site_keys.NewKey(NO_SITE, scopes=scopes, label="CRM"), at=NOON)
        self.client, self.key = client, {"Authorization": f"Bearer {token}", "Origin": ""}

    def post(self, path: str, **members: object) -> BaseHTTPResponse:
        return self.client.post(path, members, **self.key)

    def post_once(self, path: str, key: str, **members: object) -> BaseHTTPResponse:
        return self.client.post(path, members, **self.key, Idempotency_Key=key)

    def change(self, path: str, body: str, **headers: str) -> BaseHTTPResponse:
        sent = {"Authorization": self.key["Authorization"], "Content_Type": "application/merge-patch+json", **headers}
        return self.client.send("PATCH", path, body.encode(), **sent)

    def get(self, path: str) -> BaseHTTPResponse:
        return self.client.get(path, Authorization=self.key["Authorization"])
