"""The page of satisfaction: who sees it, what it counts, what is exported and heard."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from console_client import ConsoleApp
from page_markup import markup_faults
from plan_section import PlanSection
from recorded_calls import record_call
from rich_plan import RICH_PLAN
from unbroken_spaces import with_ordinary_spaces

from prompts.audio.pcm import Pcm, write_wav
from records.satisfaction import answers
from records.satisfaction.asking import CallToAsk, begin_call_survey, refuse_call_survey
from routing.access.permissions import Role
from routing.satisfaction import week_of

pytestmark = pytest.mark.usefixtures("asked")


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    section = PlanSection(console, tmp_path)
    section.replace_text(RICH_PLAN)
    return section


@pytest.fixture
def asked(console: ConsoleApp, plan_section: PlanSection) -> None:
    """Three callers of this week and one of last week: two have answered, one of the centre has refused."""
    tz = console.app.extensions["app_context"].timezone()
    for number, (days, centre, given) in enumerate(
        [(0, None, {"welcome": 5, "help": 4}), (0, None, {"welcome": 2}), (0, "north", {}), (7, None, {})]
    ):
        ref, at = f"{number}.1", console.now - timedelta(days=days)
        record_call(console.database, ref, at, f"+3363998000{number}")
        assert begin_call_survey(console.database, CallToAsk(ref, at, week_of(at, tz), "fr", centre))
        for question, value in given.items():
            answers.add_answer(console.database, ref, question, value)
    refuse_call_survey(console.database, "2.1", at=console.now)
    answers.save_recorded_words(console.database, "0.1", file="0.1.wav", seconds=1.0)


def test_the_figures_are_counted_by_week_and_by_centre(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    page = staff.get("/satisfaction").text
    whole = with_ordinary_spaces(page)
    assert "4 personnes ont été interrogées" in whole and "2 ont répondu" in whole and "1 ne veut pas" in whole
    assert "3,5" in whole and markup_faults(page) == []  # the mean of 5 and 2
    by_centre = staff.get("/satisfaction?by=centre&weeks=4").text
    assert "Notre équipe" in by_centre and "Nord" in by_centre
    for strange in ("?by=agent", "?weeks=999999999", "?weeks=-1&by=%00"):
        assert staff.get(f"/satisfaction{strange}").status_code == 200


def test_an_export_has_a_row_for_each_group_and_stands_in_the_change_log(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.SUPERVISOR)
    table = staff.post("/satisfaction/export?weeks=13", {"format": "csv"})
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[4:] for row in rows[1:] if row[7]] == [
        ["2", "2", "0", "help", "1", "4,0", "1"],
        ["2", "2", "0", "welcome", "2", "3,5", "1"],
    ]
    assert "a exporté les chiffres de satisfaction" in staff.get("/changes").text


def test_words_are_heard_by_those_who_see_the_figures_alone(console: ConsoleApp, tmp_path: Path) -> None:
    write_wav(tmp_path / "0.1.wav", Pcm(b"\0\0" * 8000, 8000))
    object.__setattr__(console.app.extensions["app_context"], "satisfaction", tmp_path)
    assert console.sign_in(Role.SUPERVISOR).get("/satisfaction/words/1.wav").status_code == 200
    assert console.sign_in(Role.SUPERVISOR).get("/satisfaction/words/2.wav").status_code == 404
    assert console.sign_in(Role.STAFF).get("/satisfaction/words/1.wav").status_code == 403


def test_a_console_in_which_nobody_is_asked_says_so(console: ConsoleApp, plan_section: PlanSection) -> None:
    plan_section.replace_text(RICH_PLAN.replace("share_percent: 20", "share_percent: 0"))
    page = console.sign_in(Role.ADMINISTRATOR).get("/satisfaction").text
    assert "Personne n&#39;est interrogé en ce moment" in page and 'href="/plan/satisfaction"' in page
