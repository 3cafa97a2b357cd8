"""The JSON of calls, cards and requests that commands print: that of the API (docs/api.md), and what pages show."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import click

from callback_api.records_api.responses import build_call, build_call_detail, build_contact, build_request
from records.calls.abandoned_calls import AfterHangUp
from records.calls.call_detail import CallDetail, CallRecord
from records.contacts.contact_cards import Card, CardDetail
from records.inbox.treatment import RequestDetail
from records.requests.requests import Request

Json = dict[str, Any]


def call_json(call: CallRecord, after: AfterHangUp | None = None) -> Json:
    """As in `GET /v1/calls`; of a caller who hung up, with what came after."""
    row = build_call(call).model_dump(mode="json")
    names = ("waited_s", "called_again_at", "was_answered", "awaits_callback")
    return row | ({name: getattr(after, name) for name in names} if after else {})


def call_detail_json(detail: CallDetail, reasons: Iterable[str]) -> Json:
    """As in `GET /v1/calls/{reference}`, with the routing explanation."""
    return build_call_detail(detail).model_dump(mode="json") | {"explanation": [*reasons]}


def card_json(card: Card) -> Json:
    """As in `GET /v1/contacts`."""
    return build_contact(card).model_dump(mode="json")


def card_detail_json(detail: CardDetail) -> Json:
    """As in `GET /v1/contacts/{id}`, with the open requests, oldest first, and the history, newest first."""
    names = ("at", "channel", "purpose", "summary", "author")
    history = [
        {name: getattr(each, name) for name in names} | {"call": each.call_ref, "outcome": each.disposition}
        for each in detail.interactions
    ]
    requests = [request_json(each) for each in detail.open_requests]
    return card_json(detail.card) | {"open_requests": requests, "history": history}


def request_json(request: Request) -> Json:
    """As in `GET /v1/requests`."""
    return build_request(request).model_dump(mode="json")


def request_detail_json(detail: RequestDetail) -> Json:
    """As in `GET /v1/requests/{id}`, with who has it, what was done, and the requests that are joined to it."""
    names = ("at", "by", "kind", "value", "note")
    return request_json(detail.row.request) | {
        "owner": detail.row.owner,
        "history": [{name: getattr(entry, name) for name in names} for entry in detail.entries],
        "joined": [each.request.id for each in detail.joined],
    }


def echo_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """Prints one array."""
    click.echo(json.dumps([*rows], ensure_ascii=False, indent=1, default=datetime.isoformat))
