"""Calls: placing one as the public does, and listing the last ones."""

import sys
from collections.abc import Iterator

import click

from caller.phone import CallerId
from caller.scripted_call import Hangup, Press, Step, place_call
from records.calls import call_detail, refusals
from routing.menus import find_choice
from routing.numbers import format_number, parse_typed_number
from routing.plan.model import Menu, PublicNumber
from routing.sentences import menu_prompt_keys
from standardiste.commands.caller_number import missing_number
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
@click.option("--at", "address", default="", help="Address of a reception that runs on another machine.")
@click.pass_obj
def call(
    installation: Installation, number: str, keys: tuple[str, ...], caller: str, max_seconds: float, address: str
) -> None:
    """Dial NUMBER as the public does, and say what was heard. Exit code 1 if something expected was not heard."""
    called = _find_number(installation, number)
    click.echo(f"Dialling {number} ...", err=True)
    report = place_call(
        f"sip:{number.replace(' ', '')}@{address or installation.settings.sip_local_address}",
        script=list(_call_steps(installation.plan.menus[called.menu], keys)),
        prompts=list_sound_files(installation, called.language),
        caller_id=CallerId(None if caller == "anonymous" else caller),
        max_seconds=max_seconds,
    )
    click.echo(str(report))
    if report.answered_s is None:
        raise click.ClickException("Nobody answered; `standardiste doctor` says what to fix.")
    sys.exit(1 if report.missed_steps else 0)


def _find_number(installation: Installation, number: str) -> PublicNumber:
    line = parse_typed_number(number, installation.plan.country)
    found = installation.plan.find_number_by_landing(line or "")
    if found is None:
        known = ", ".join(
            format_number(landing, installation.plan.country)
            for each in installation.plan.numbers
            for landing in each.landing_numbers
        )
        raise click.ClickException(f"{number} is not a landing number of the plan; dial {known}.")
    return found


def _call_steps(menu: Menu, keys: tuple[str, ...]) -> Iterator[Step]:
    """Each key after the whole menu; then, for a message, hanging up when the menu returns."""
    spoken = menu_prompt_keys(menu)
    for key in keys:
        yield Press(keys=key, after=spoken[-1])
    choice = find_choice(menu, keys[-1]) if keys else None
    if choice and choice.announcement:
        yield Hangup(during=spoken[0], timeout=300)


@click.command
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="How many at most.")
@click.option("--refused", is_flag=True, help="Instead, the minutes in which calls were refused, and how many.")
@click.pass_obj
def calls(installation: Installation, limit: int, refused: bool) -> None:
    """The last calls, newest first."""
    if refused:
        return _list_refused(installation, limit)
    recent = call_detail.list_recent_calls(installation.database, limit)
    if not recent:
        click.echo("Nobody has called yet.", err=True)
    for call in recent:
        number = format_number(call.line, installation.plan.country) if call.line else missing_number(call.withheld)
        at = f"{call.started_at.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M:%S}"
        click.echo(f"{call.ref:<20} {at}  {number:<20} {call.disposition or 'under way'}")


def _list_refused(installation: Installation, limit: int) -> None:
    counts = refusals.list_refusals(installation.database, limit)
    if not counts:
        click.echo("No call has been refused.", err=True)
    for count in counts:
        at = f"{count.minute.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M}"
        number = format_number(count.landing, installation.plan.country) if count.landing else ""
        click.echo(f"{at}  {count.calls:>6}  {count.reason:<11} {count.trunk:<12} {number}")
