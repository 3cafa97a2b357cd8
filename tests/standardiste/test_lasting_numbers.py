"""Every number in the address of a page or of the API is given once, also after a restore."""

from datetime import UTC, datetime

import pytest
from console_client import ConsoleApp
from public_server import PLAN
from werkzeug.routing import IntegerConverter

from callback_api import app as public_app
from callback_api.context import AppContext
from records.database.engine import Database
from records.plan.reader import PlanReader
from records.restore.lasting_numbers import lasting_tables
from routing.plan.parsing import parse_plan

TABLES = {
    "account_id": "centre_account",
    "agent_id": "agent",
    "blackout_period_id": "blackout_period",
    "closing_id": "centre_closing",
    "contact_id": "contact",
    "draft_id": "message_draft",
    "import_id": "contact_import",
    "key_id": "site_key",
    "merge_id": "contact_merge",
    "number": "plan_version",
    "one": "contact",
    "other": "contact",
    "request_id": "request",
    "screen_id": "board_screen",
    "survey_id": "satisfaction_survey",
    "user_id": "console_user",
    "version_id": "message_version",
    "view_id": "inbox_view",
}
"""The table that gives each of the numbers; one that is missing here is new, and so is its LASTING_NUMBERS."""


@pytest.mark.engine("sqlite")
def test_every_number_in_an_address_is_given_once(database: Database) -> None:
    public = AppContext(
        database, PlanReader(database, parse_plan(PLAN)), "http://x", 0, lambda: datetime.now(UTC), lambda: True
    )
    numbers = {
        argument
        for app in (ConsoleApp(database).app, public_app.create_app(public))
        for rule in app.url_map.iter_rules()
        for argument, converter in rule._converters.items()
        if isinstance(converter, IntegerConverter)
    }
    assert numbers == TABLES.keys()
    assert set(TABLES.values()) <= set(lasting_tables())
