"""Whether programs outside are told what they asked for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from records import webhooks
from records.base import Base
from records.verdict import Check
from records.webhooks import Standing

LATE = timedelta(minutes=15)


def checks(base: Base, at: datetime) -> Iterator[Check]:
    """Each endpoint: whether it is told, and in time. Raises RecordsError."""
    for standing in webhooks.standings(base):
        yield _check(standing, at)


def _check(standing: Standing, at: datetime) -> Check:
    one = standing.endpoint
    name, url, error = f"webhook {one.id}", one.url, standing.error or "Nothing has been sent yet."
    if not one.enabled:
        return Check(
            name,
            False,
            f"{url} wants no more events: it answered that it is gone.",
            f"`standardiste webhook remove {one.id}`; add it again if that was a mistake.",
            f"{url} ne veut plus d'événements : il a répondu qu'il n'existe plus.",
            f"`standardiste webhook remove {one.id}` ; ajoutez-le de nouveau si c'était une erreur.",
        )
    if standing.oldest and at - standing.oldest > LATE:
        return Check(
            name,
            False,
            f"{standing.waiting} events for {url} are late. {error}",
            f"`standardiste webhook test {one.id}`; the log of `webhooks` says more.",
            f"{standing.waiting} événements pour {url} sont en retard.",
            f"`standardiste webhook test {one.id}` ; le journal de `webhooks` en dit plus.",
        )
    if standing.given_up:
        return Check(
            name,
            False,
            f"{standing.given_up} events for {url} were given up after three days. {error}",
            f"Mend it, then `standardiste webhook replay --since DATE --to {one.id}`.",
            f"{standing.given_up} événements pour {url} ont été abandonnés après trois jours.",
            f"Réparez-le, puis `standardiste webhook replay --since DATE --to {one.id}`.",
        )
    return Check(name, True, f"{url} has what it asked for.", sentence_fr=f"{url} a reçu ce qu'il a demandé.")
