"""Every form of every page, from the URL map, with strange texts: none fails, and each mistake is shown at its field.

A form is sent empty, and with another strange text in each of its fields; with `--long` each text comes into each.
"""

import html
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import thorough
from console_client import ConsoleApp, ConsoleUser
from example_pages import Names, example_console, pages
from naughty_strings import NAUGHTY_STRINGS
from page_forms import PageForm, all_forms
from werkzeug.test import TestResponse

from console.changes.labels import FIELD_LABELS, PROOF
from records import changes
from records.actor import command_line_actor
from records.database.engine import Database
from routing.access.permissions import Role

TAKEN = (200, 302, 303, 404, 409, 422, 429)
"""404, 409 and 429: what a field named is gone, somebody else changed it, or it was wrong too often."""
UNESCAPED = ("<script>alert", "<img src=x", "<svg onload", "<!--#exec")
ERROR_LIST = re.compile(r'<div class="errors".*?</div>', re.DOTALL)

Example = tuple[ConsoleApp, Names]


@pytest.fixture
def example(database: Database, database_url: str, tmp_path: Path) -> Iterator[Example]:
    process, console, names = example_console(database, database_url, tmp_path)
    yield console, names
    process.close()


def fillings(form: PageForm) -> Iterator[dict[str, str]]:
    """What is sent: nothing at all, then a strange text in each typed field, in turn."""
    yield {**form.values, **{field.name: "" for field in form.typed}}
    for shift in range(len(NAUGHTY_STRINGS) if thorough.times > 1 else 1):
        texts = itertools.islice(itertools.cycle(NAUGHTY_STRINGS), 7 * shift, None)
        yield {**form.values, **{field.name: text for field, text in zip(form.typed, texts, strict=False)}}


def send(staff: ConsoleUser, form: PageForm, values: dict[str, str]) -> TestResponse:
    if form.method == "get":
        return staff.get(form.action, query_string=values)
    return staff.client.post(form.action, data={**values, **dict(form.buttons[:1])})


def faults_of(answer: TestResponse) -> Iterator[str]:
    """What is wrong with the answer to strange texts, apart from their being strange."""
    if answer.status_code not in TAKEN:
        yield f"status {answer.status_code}"
    yield from (f"unescaped {text}" for text in UNESCAPED if text in answer.text)
    if answer.status_code != 422:
        return
    if 'role="alert"' not in answer.text:
        yield "refused without a word"
    if listed := ERROR_LIST.search(answer.text):
        for place in re.findall(r'href="#([^"]*)"', listed[0]):
            if f'id="{place}"' not in answer.text:
                yield f"an error leads to #{html.unescape(place)}, which is not there"
        rest = answer.text.replace(listed[0], "")
        if 'aria-invalid="true"' not in rest and 'class="wrong"' not in rest:
            yield "an error is not shown at its field"


def _fields_without_label(console: ConsoleApp) -> set[str]:
    """The fields of the changes made so far that the change log would show under the name in the program."""
    known = {*FIELD_LABELS, *PROOF, "channel"}
    made = changes.list_changes(console.database, command_line_actor("test"), limit=1000)
    return {field for change in made for field in (*change.before, *change.after)} - known


def test_every_form_takes_strange_texts_or_refuses_them_at_their_fields(example: Example) -> None:
    console, names = example
    staff = console.sign_in(Role.ADMINISTRATOR)
    found, tried = [], 0
    for path, form in all_forms(pages(console, names), staff):
        if form.method == "dialog" or not form.typed:
            continue
        for values in fillings(form):
            answer = send(staff, form, values)
            found += [f"{path}, {form.method} {form.action}: {fault}" for fault in faults_of(answer)]
            tried += 1
    assert tried > 80
    found += [f"the change log shows {name}" for name in _fields_without_label(console)]
    if thorough.times > 1:
        for path in pages(console, names).values():
            found += [f"{path} afterwards: {fault}" for fault in faults_of(staff.get(path))]
    assert found == [], "\n".join(dict.fromkeys(found))
