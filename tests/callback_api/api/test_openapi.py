"""The OpenAPI document is complete: every response has a status and a form that it describes."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from callback_records import ring_visitor
from hypothesis import given, settings
from hypothesis import strategies as st
from public_server import NUMBER, VisitorClient
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from thorough import examples

from records.database.engine import Database

EXAMPLES = 20
# A well-formed number may not be callable, and a well-formed site may not exist. A form leaves out what would be null.
TOO_STRICT = {
    GenerationMode.POSITIVE: [positive_data_acceptance, negative_data_rejection],
    GenerationMode.NEGATIVE: [positive_data_acceptance],
}
FORM = "application/x-www-form-urlencoded"
ASK, SHOW, SLOTS = "POST /v1/callbacks", "GET /v1/callbacks/{ref}", "GET /v1/slots"
CANCEL, MOVE = (f"POST /v1/callbacks/{{ref}}/{order}" for order in ("cancel", "move"))
RECORDS = ("/v1/contacts", "/v1/requests")
REACHED = {
    *((ASK, status) for status in (202, 409)),
    *((SHOW, status) for status in (200, 404)),
    *((order, status) for order in (CANCEL, MOVE) for status in (200, 404, 409)),
    *((SLOTS, status) for status in (200, 422)),
}

Link = tuple[str, dict[str, str]]


def links(client: VisitorClient, database: Database, slot: str) -> list[Link]:
    """The links of three callbacks: one waiting, one waiting for its slot, and one that rings and cannot be changed."""
    asked = [client.request_callback(client.unused_number(), slot=slot) for slot in (None, slot, None)]
    ring_visitor(database, asked[-1].json()["reference"], at=datetime.now(UTC))
    urls = [urlsplit(answer.headers["Location"]) for answer in asked]
    return [(url.path.rpartition("/")[2], dict(parse_qsl(url.query))) for url in urls]


def use_real_values(case: Case, link: Link | None, slot: str | None) -> None:
    """Replace generated values by the reference, the key and the slot of a real callback, unless None is given."""
    if link and "ref" in case.path_parameters:
        case.path_parameters["ref"], case.query = link
    if isinstance(case.body, NotSet):
        return
    body: dict[str, Any] = case.body | ({"slot": slot} if slot else {})
    if "number" in body:
        body |= {"number": NUMBER, "site": "www"}
    form = case.media_type == FORM  # which has no null
    case.body = {name: value for name, value in body.items() if value is not None} if form else body


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_response_is_described_by_the_document(
    visitor_client: VisitorClient, database: Database, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{visitor_client.url}/v1/openapi.json")
    reached: set[tuple[str, int]] = set()

    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.startswith(RECORDS) and operation.method.upper() != "GET":
            continue  # tests/callback_api/records_api/test_writing.py asks with a key
        slots = [slot["start"] for slot in visitor_client.get("/v1/slots").json()["slots"][:10]]  # not full yet
        real = st.just((None, None))
        if mode is GenerationMode.POSITIVE:
            # A slot has room for the callbacks of these operations only.
            of_callback = "/v1/callbacks/{" in operation.label
            known = links(visitor_client, database, slots[0]) if of_callback else []
            real = st.tuples(*(st.sampled_from([None, *of]) for of in (known, slots)))

        @settings(max_examples=examples(EXAMPLES))
        @given(case=operation.as_strategy(generation_mode=mode), real=real)
        def asked(case: Case, real: tuple[Link | None, str | None]) -> None:
            if mode is GenerationMode.POSITIVE:
                use_real_values(case, *real)
            reached.add((case.operation.label, case.call_and_validate(excluded_checks=TOO_STRICT[mode]).status_code))

        asked()

    assert reached >= (REACHED if mode is GenerationMode.POSITIVE else {(SLOTS, 200)})
    assert not {status for _, status in reached if status >= 500}


def test_the_document_is_openapi_3_1_and_all_its_paths_exist(visitor_client: VisitorClient) -> None:
    document = visitor_client.get("/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": visitor_client.url}]
    for path in document["paths"]:
        assert visitor_client.send("OPTIONS", path.replace("{ref}", "0000-0000").replace("{id}", "1")).status == 200, (
            path
        )
