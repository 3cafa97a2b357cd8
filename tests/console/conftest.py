"""The console over a real base, without a network: Flask's own client sends what a browser would."""

from pathlib import Path

import pytest
from message_desk import desk_in
from staff_console import Console

from records.base import Base


@pytest.fixture
def console(base: Base, tmp_path: Path) -> Console:
    return Console(base, desk=desk_in(tmp_path))
