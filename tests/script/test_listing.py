"""docs/architecture.md lists every file, with the sentence that the file says of itself."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType

import pytest

from standardiste.settings import CHECKOUT


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("listing", str(CHECKOUT / "docs" / "listing.py"))
    module = module_from_spec(spec_from_loader("listing", loader))  # type: ignore[arg-type]
    loader.exec_module(module)
    return module


def test_the_page_lists_every_file_as_it_describes_itself(script: ModuleType) -> None:
    assert script.listing() in script.PAGE.read_text(), "run script/listing"


def test_every_file_describes_itself(script: ModuleType) -> None:
    rows = [row for row in script.listing().splitlines() if row.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []
