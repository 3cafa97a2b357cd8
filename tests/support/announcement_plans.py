"""Plans whose announcement `daily` has other values, in force for the pages of messages."""

import json

import audio_services
import plan_variants
import pytest
from console_client import ConsoleApp

from records.plan import plan_versions
from routing.plan import parsing


def change_daily_announcement(console: ConsoleApp, monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    """Puts a plan into force whose announcement `daily` has these values."""
    lines = "".join(f"    {name}: {json.dumps(value)}\n" for name, value in values.items())
    text = plan_variants.plan_with(announcements=f"  daily:\n{lines}  news: {{}}\n  weekly: {{}}")
    plan_versions.save_plan(console.database, text, author="test", at=console.now)
    monkeypatch.setattr(audio_services, "PLAN", parsing.parse_plan(text))
