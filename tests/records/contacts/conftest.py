"""Files of contacts on both engines."""

from datetime import datetime
from pathlib import Path

import pytest
from imported_contacts import Imported

from records.database.engine import Database


@pytest.fixture
def imported(database: Database, tmp_path: Path, noon: datetime) -> Imported:
    return Imported(database, tmp_path / "imports", noon)
