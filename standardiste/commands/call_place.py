"""`call place`: a call as the public makes it, and what was heard."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from caller.phone import CallerId
from caller.scripted_call import CallReport, Hangup, Press, Step, place_call
from records import overrides
from records.trunks import has_trunks
from routing.menu_outcomes import MenuMoment, find_moment
from routing.menus import find_choice, follow_keys
from routing.numbers import format_number, parse_typed_number
from routing.overrides import find_overrides
from routing.plan.model import Plan, PublicNumber
from routing.sentences import menu_prompt_keys
from routing.simulation import DRAW_ABOVE_ANY_SHARE
from standardiste.installation import Installation
from standardiste.sound_library import list_sound_files


@click.command
@click.argument("number")
@click.option(
    "--press",
    "keys",
    multiple=True,
    type=click.Choice([*"0123456789*#"]),
    help="A key, pressed when the menu has been heard; may be repeated.",
)
@click.option(
    "--from", "caller", default="+33639980001", show_default=True, help="The number that calls; or anonymous."
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=1),
    default=120.0,
    show_default=True,
    help="The call ends then at the latest.",
)
@click.option("--hang-up", "hangs_up", is_flag=True, help="Without a key: hang up when the menu has been heard.")
@click.option("--json", "as_json", is_flag=True, help="Print what was heard as JSON.")
@click.option("--at", "address", default="", help="Address of a reception that runs on another machine.")
@click.pass_obj
def place(
    installation: Installation,
    *,
    number: str,
    keys: tuple[str, ...],
    caller: str,
    max_seconds: float,
    hangs_up: bool,
    as_json: bool,
    address: str,
) -> None:
    """Dial NUMBER as the public does, and say what was heard. Exit code 1 if something expected was not heard."""
    called, dialled = _find_number(installation, number)
    click.echo(f"Dialling {dialled} ...", err=True)
    report = place_call(
        f"sip:{dialled.replace(' ', '')}@{address or installation.settings.sip_local_address}",
        script=list(_call_steps(installation.plan, called, keys, _find_moment(installation, called), hangs_up)),
        prompts=list_sound_files(installation, called.language),
        caller_id=CallerId(None if caller == "anonymous" else caller),
        max_seconds=max_seconds,
    )
    click.echo(_to_json(report) if as_json else str(report))
    if report.answered_s is None:
        raise click.ClickException("Nobody answered; `standardiste doctor` says what to fix.")
    sys.exit(1 if report.missed_steps else 0)


def _find_number(installation: Installation, number: str) -> tuple[PublicNumber, str]:
    """The number of the plan, and the one to dial: a public number is reached at its first landing number."""
    plan, line = installation.plan, parse_typed_number(number, installation.plan.country)
    if found := plan.find_number_by_landing(line or ""):
        return found, number
    found = next((each for each in plan.numbers if each.e164 == line), None)
    if found is None:
        known = ", ".join(
            format_number(landing, installation.plan.country)
            for each in installation.plan.numbers
            for landing in each.landing_numbers
        )
        raise click.ClickException(f"{number} is not a landing number of the plan; dial {known}.")
    return found, format_number(found.landing_numbers[0], plan.country)


def _find_moment(installation: Installation, number: PublicNumber) -> MenuMoment:
    """What the keys of the menu lead to now."""
    database, plan, now = installation.database, installation.plan, datetime.now(UTC)
    switched = find_overrides(overrides.list_overrides(database), number.e164, now)
    return find_moment(plan, number, now, switched, DRAW_ABOVE_ANY_SHARE, callbacks=has_trunks(database))


def _to_json(report: CallReport) -> str:
    """Seconds from dialling to the answer (null: none), the keys of the prompts in order, and what was missed."""
    return json.dumps({"answered_s": report.answered_s, "heard": report.heard_prompts, "missed": report.missed_steps})


def _call_steps(
    plan: Plan, number: PublicNumber, keys: tuple[str, ...], moment: MenuMoment, hangs_up: bool
) -> Iterator[Step]:
    """Each key after the whole menu in which it is pressed; then, for a message, hanging up when the menu returns."""
    *pressed_in, last = follow_keys(plan, number, keys)
    for menu, key in zip(pressed_in, keys, strict=True):
        yield Press(keys=key, after=menu_prompt_keys(menu, moment)[-1])
    choice = find_choice(pressed_in[-1], keys[-1]) if keys else None
    if choice and choice.announcement:
        yield Hangup(during=menu_prompt_keys(last, moment)[0], timeout=300)
    if hangs_up and not keys:
        yield Hangup(after=menu_prompt_keys(last, moment)[-1])
