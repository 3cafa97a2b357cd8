"""A reception as it is after its installation, and its first administrator."""

from dataclasses import replace
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import PlanSection

from records.staff import agents
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan


@pytest.fixture
def section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    """The plan that comes with the software, and three telephones that nobody has."""
    made = PlanSection(console, tmp_path)
    extensions = console.app.extensions
    audio = replace(extensions["app_context"].audio_services, plan=lambda: parse_plan(made.text))
    extensions["app_context"] = replace(extensions["app_context"], audio_services=audio)
    agents.create_desks(console.database, 3)
    return made


@pytest.fixture
def admin(section: PlanSection) -> ConsoleUser:
    return section.console.sign_in(Role.ADMINISTRATOR)
