"""The OpenAPI document is true: whatever is sent, each answer is one that it names, in the form that it gives."""

from collections import Counter

import pytest
import schemathesis
from hypothesis import given, settings
from public_door import NUMBER, Client
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

EXAMPLES = 20
# A well-formed number may be one that is not called, and a well-formed site none of ours.
TOO_STRICT = [positive_data_acceptance]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_each_answer_is_one_that_the_document_names(public: Client, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{public.url}/v1/openapi.json")
    statuses: Counter[int] = Counter()

    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES)
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Case) -> None:
            if mode is GenerationMode.POSITIVE and isinstance(case.body, dict) and "number" in case.body:
                case.body = {"number": NUMBER, "consent_call": True, "name": case.body.get("name")}
            statuses[case.call_and_validate(excluded_checks=TOO_STRICT).status_code] += 1

        asked()

    assert statuses[200] and (mode is GenerationMode.NEGATIVE or statuses[202])
    assert not {status for status in statuses if status >= 500}


def test_the_document_is_openapi_3_1_and_names_every_address(public: Client) -> None:
    document = public.get("/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": public.url}]
    for path in document["paths"]:
        assert public.send("OPTIONS", path.replace("{ref}", "0000-0000")).status == 200, path
