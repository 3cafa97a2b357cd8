"""The daily tasks on the real pages, with a real browser and real callers, in as few clicks as promised."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium
from daily_tasks import measure_tasks
from playwright.sync_api import Browser
from reception import Reception


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_every_daily_task_takes_no_more_clicks_than_promised(
    reception: Reception, browser: Browser, tmp_path: Path
) -> None:
    timings = measure_tasks(reception, browser, tmp_path)
    assert [(each.task, each.clicks) for each in timings if each.clicks > each.most_clicks] == []
    assert len(timings) == 5
