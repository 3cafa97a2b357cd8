"""Requests that wait, for the tests of the inbox."""

import pytest
from console_client import ConsoleApp
from mediator_files import ANNE as ANNE
from mediator_files import leave_requests


@pytest.fixture
def console_with_requests(console: ConsoleApp) -> ConsoleApp:
    """Anne left a voicemail an hour ago; somebody with a withheld number reached nobody."""
    leave_requests(console.database, console.now)
    return console
