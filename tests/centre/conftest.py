"""The pages of overflow centres on a real database, requested with Flask's test client."""

from datetime import UTC, datetime

import pytest
from centre_client import CentreApp

from records.database.engine import Database

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)


@pytest.fixture
def centre(database: Database) -> CentreApp:
    return CentreApp(database, NOON)
