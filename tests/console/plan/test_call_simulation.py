"""Simulated calls and previews."""

import html

import pytest
import switches
from console_client import ConsoleApp, ConsoleUser
from plan_section import SEED, PlanSection, confirm_change, form_fields, submit_change
from rich_plan import RICH_PLAN
from unbroken_spaces import with_ordinary_spaces

from records import trunks
from records.actor import command_line_actor
from records.overrides import OverrideName
from records.secret_box import SecretBox
from records.trunks import StoredTrunk
from routing.access.permissions import Role
from routing.trunks import Trunk

OFFICE = SEED.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00")


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def test_a_call_is_simulated_at_any_time(plan_section: PlanSection, staff: ConsoleUser) -> None:
    confirm_change(staff, submit_change(staff, "/plan/text", text=OFFICE))
    asked = "/plan/call?number=%2B33199000000&at="
    opened = staff.get(f"{asked}2030-03-04T12:00").text
    assert "lundi 4 mars 2030, 12\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00, le 01 99 00 00 00 est ouvert" in opened
    assert "Si l&#39;équipe est là : l&#39;équipe, sinon laisser un message vocal." in opened

    closed = staff.get(f"{asked}2030-03-03T12:00").text
    assert "est fermé" in closed and "Nous rouvrons demain à neuf heures." in closed
    assert "Aucun message ne sera valable" in closed

    switches.set_override(
        plan_section.console.database, OverrideName.CLOSED, True, by="anne", at=plan_section.console.now
    )
    assert "tant que dure la fermeture décidée à la main" in staff.get(f"{asked}2030-03-04T12:00").text
    for nonsense in ("soon", "0000-00-00T00:00", "9999-12-31T23:59", "0001-01-01T00:00", "2030-03-04T12:00<b>"):
        assert staff.get(asked + nonsense).status_code == 200


def test_the_menu_is_played_before_and_after_it_is_saved(plan_section: PlanSection, staff: ConsoleUser) -> None:
    review = submit_change(staff, "/plan/number/+33199000000", **{"greeting.fr": "Bonjour, et bienvenue."})
    page = staff.post("/plan/review", form_fields(review) | {"do": "listen", "at": "2030-03-04T12:00"})
    name = page.text.partition('src="/plan/sound/')[2].partition(".wav")[0]
    sound = staff.get(f"/plan/sound/{name}.wav")
    assert (sound.status_code, sound.mimetype) == (200, "audio/wav") and sound.data[:4] == b"RIFF"
    assert plan_section.text == SEED
    assert staff.get("/plan/sound/nothing.wav").status_code == 404

    seen = plan_section.console.sign_in(Role.STAFF)
    assert seen.get(f"/plan/sound/{name}.wav").status_code == 403
    heard = seen.get("/plan/call/heard.wav?number=%2B33199000000")
    assert heard.status_code == 200 and len(heard.data) > 16000


def test_a_call_is_simulated_in_each_of_the_two_hours_that_clocks_repeat(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    asked = "/plan/call?number=%2B33199000000&at=2031-10-26T02:30"
    first, second = staff.get(asked).text, staff.get(f"{asked}&at_pass=second").text
    assert 'value="first" checked' in first
    assert 'value="second" checked' in second
    assert "at_pass" not in staff.get(asked.replace("02:30", "12:30")).text
    skipped = html.unescape(staff.get("/plan/call?number=%2B33199000000&at=2031-03-30T02:30").text)
    assert "n'indiquent pas 02:30" in skipped


def test_the_centres_that_get_no_call_at_that_moment_are_named_with_the_reason(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    plan_section.replace_text(RICH_PLAN.replace("until: 2035-12-31", "until: 2030-03-04"))
    last_day, day_after = (
        with_ordinary_spaces(html.unescape(staff.get(f"/plan/call?number=%2B33199000000&at=2030-03-{day}T12:00").text))
        for day in ("04", "05")
    )
    assert "Sans contrat" not in last_day and "Nord" in last_day
    assert "Sans contrat ce jour-là : Nord." in day_after


def test_a_callback_that_no_trunk_could_place_is_said_not_to_be_offered(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    confirm_change(staff, submit_change(staff, "/plan/text", text=OFFICE))
    asked = "/plan/call?number=%2B33199000000&at=2030-03-04T12:00"
    without = html.unescape(staff.get(asked).text)
    assert "Non proposé : aucune ligne opérateur ne permet de rappeler." in without
    assert "être rappelé, sinon" not in without

    trunk = StoredTrunk("absent", "absent", Trunk(address="192.0.2.1"))
    console = plan_section.console
    trunks.add_trunk(console.database, command_line_actor("test"), SecretBox([]), trunk, at=console.now)

    with_trunk = html.unescape(staff.get(asked).text)
    assert "Non proposé" not in with_trunk
    assert "Si l'équipe est là : l'équipe, sinon être rappelé, sinon laisser un message vocal." in with_trunk
