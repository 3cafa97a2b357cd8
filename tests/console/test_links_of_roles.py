"""No page shows somebody a link, a picture or a form that their role may not open."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from console_client import ConsoleApp
from example_pages import Names, example_console, pages
from werkzeug.routing import MapAdapter

from console.guard import LoginStage
from records.database.engine import Database
from routing.access.permissions import Role, has_permission

ADDRESS = re.compile(r"(?:href|src|(data-[a-z-]+|action|formaction))=\"(/[^\"]*)\"")
OTHERWISE_OPEN = ("/static/", "/events")

Example = tuple[ConsoleApp, Names]


@pytest.fixture
def example(database: Database, database_url: str, tmp_path: Path) -> Iterator[Example]:
    process, console, names = example_console(database, database_url, tmp_path)
    yield console, names
    process.close()


def addresses(page: str) -> Iterator[tuple[str, str]]:
    """The method and the path of everything that the page leads to; of what is sent, POST."""
    for sent, found in ADDRESS.findall(page):
        yield "POST" if sent else "GET", urlsplit(html.unescape(found)).path


def find_view(urls: MapAdapter, method: str, path: str) -> str:
    """Its endpoint. Some forms ask, and some parts of pages are renewed: these are read."""
    return urls.match(path, method if urls.test(path, method) else "GET")[0]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "role", [Role.STAFF, *(pytest.param(role, marks=pytest.mark.long) for role in Role if role is not Role.STAFF)]
)
def test_no_page_leads_where_the_role_is_refused(example: Example, role: Role) -> None:
    console, names = example
    someone, views = console.sign_in(role), console.app.view_functions
    urls = console.app.url_map.bind("localhost")
    refused, seen = set(), 0
    for endpoint, path in pages(console, names).items():
        right = views[endpoint].access_rule.right
        if right is not None and not has_permission(role, right):
            continue
        answer = someone.get(path)
        assert answer.status_code < 500
        for method, led_to in addresses(answer.text):
            if led_to.startswith(OTHERWISE_OPEN):
                continue
            seen += 1
            needed = views[find_view(urls, method, led_to)].access_rule
            if needed.stage is not LoginStage.PUBLIC and needed.right and not has_permission(role, needed.right):
                refused.add((path, led_to, needed.right.value))
    assert seen > 100
    assert refused == set()
