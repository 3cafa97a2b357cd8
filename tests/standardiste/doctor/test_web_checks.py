"""What `doctor` says of the proxies before our web servers."""

from pathlib import Path

import pytest

from standardiste.doctor import web_checks
from standardiste.settings import Settings


@pytest.mark.parametrize(
    ("url", "proxies", "warns"),
    [
        ("https://rappel.example.org", 0, True),
        ("https://rappel.example.org", 1, False),
        ("http://127.0.0.1:8080", 0, False),
        ("", 0, False),
    ],
)
def test_a_proxy_that_trusted_proxies_does_not_count_is_reported(
    tmp_path: Path, url: str, proxies: int, warns: bool
) -> None:
    settings = Settings.model_validate({"var": tmp_path, "public_url": url, "trusted_proxies": proxies})

    found = list(web_checks.check_proxies(settings, "public", settings.public_url))

    assert [check.ok for check in found] == [False] * warns
    if warns:
        assert "trusted_proxies" in str(found[0].remedy)
