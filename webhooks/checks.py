"""The checks of webhook endpoints."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from records.check_result import CheckResult
from records.database.engine import Database
from records.webhooks import endpoints
from records.webhooks.endpoints import EndpointStatus
from translations.message import translatable

LATE = timedelta(minutes=15)


def check_endpoints(database: Database, at: datetime) -> Iterator[CheckResult]:
    """One check for each endpoint: whether it receives its events, and in time. Raises RecordsError."""
    for status in endpoints.list_endpoint_statuses(database, count_delivered=False):
        yield _check(status, at)


def _check(status: EndpointStatus, at: datetime) -> CheckResult:
    endpoint = status.endpoint
    name, url, error = f"webhook {endpoint.id}", endpoint.url, status.error or "Nothing has been sent yet."
    if not endpoint.enabled:
        return CheckResult(
            name,
            False,
            translatable("%(url)s wants no more events: it answered that it is gone.", url=url),
            translatable("`standardiste webhook remove %(id)s`; add it again if that was a mistake.", id=endpoint.id),
        )
    if status.oldest and at - status.oldest > LATE:
        return CheckResult(
            name,
            False,
            translatable(
                "%(waiting)s events for %(url)s are late. %(error)s", waiting=status.waiting, url=url, error=error
            ),
            translatable("`standardiste webhook test %(id)s`; the log of `webhooks` says more.", id=endpoint.id),
        )
    if status.given_up:
        return CheckResult(
            name,
            False,
            translatable(
                "%(given_up)s events for %(url)s were given up after three days. %(error)s",
                given_up=status.given_up,
                url=url,
                error=error,
            ),
            translatable("Fix it, then `standardiste webhook replay --since DATE --to %(id)s`.", id=endpoint.id),
        )
    return CheckResult(name, True, translatable("%(url)s has what it asked for.", url=url))
