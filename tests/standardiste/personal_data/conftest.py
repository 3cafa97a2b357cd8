"""An installation with a person who stands wherever one can stand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from canary_person import add_canary
from databases import copy_installation
from reception import Reception


@pytest.fixture
def reception(prepared: Path, tmp_path: Path) -> Iterator[Reception]:
    reception = Reception(copy_installation(prepared, tmp_path / "var"))
    yield reception
    reception.database.close()
    reception.installation.close()


@pytest.fixture
def contact_id(reception: Reception) -> int:
    return add_canary(reception)
