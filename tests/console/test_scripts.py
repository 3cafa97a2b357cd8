"""The scripts of a page share their top-level names: a name that two of them declare stops the second one."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SCRIPT = re.compile(r"<script(?! type=\"module\")[^>]*?filename='([^']+)'")
FUNCTION = re.compile(r"^(?:async )?function\*? (\w+)|^class (\w+)", re.MULTILINE)
VARIABLES = re.compile(r"^(?:const|let) ([^({\[\n]*)", re.MULTILINE)
VARIABLE = re.compile(r"(?:^|, )(\w+)(?= =|,|;|$)")


def scripts(site: Path, template: Path) -> set[Path]:
    """Those of a template, and of the layout that it extends; no modules, whose names are their own."""
    text = template.read_text("utf-8")
    found = {site / "static" / name for name in SCRIPT.findall(text)}
    return found | scripts(site, site / "templates" / "layout.html") if "{% extends" in text else found


def names(script: Path) -> Iterator[str]:
    text = script.read_text("utf-8")
    yield from (name for found in FUNCTION.findall(text) for name in found if name)
    for declared in VARIABLES.findall(text):
        yield from VARIABLE.findall(declared)


@pytest.mark.parametrize("site", ["console", "centre"])
def test_no_two_scripts_of_a_page_declare_the_same_name(site: str) -> None:
    for template in (PROJECT / site).rglob("*.html"):
        declared = Counter(name for script in scripts(PROJECT / site, template) for name in {*names(script)})
        assert [name for name, count in declared.items() if count > 1] == [], template
