"""Calls: placing one as the public does, and telling what a call was."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from caller.phone import CallerId
from caller.story import Hangup, Press, Step, place_call
from prompts.library import sound_file
from prompts.publishing import sound_path
from records import messages, stories
from routing.menus import after_key
from routing.numbers import caller_line, displayed
from routing.plan import Menu, Number
from routing.sentences import menu_keys
from standardiste.installation import Installation


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
    "--max-seconds", type=click.FloatRange(min=1), default=120.0, show_default=True, help="The call ends then at last."
)
@click.option("--at", "address", default="", help="Address of a reception that runs on another machine.")
@click.pass_obj
def call(
    house: Installation, number: str, keys: tuple[str, ...], caller: str, max_seconds: float, address: str
) -> None:
    """Dial NUMBER as the public does, and tell what was heard. Exit code 1 when something expected was not."""
    called = _called(house, number)
    click.echo(f"Dialling {number} ...", err=True)
    story = place_call(
        f"sip:{number.replace(' ', '')}@{address or house.settings.sip_here}",
        script=list(_steps(house.plan.menus[called.menu], keys)),
        library=library(house, called.language),
        caller_id=CallerId(None if caller == "anonymous" else caller),
        max_seconds=max_seconds,
    )
    click.echo(str(story))
    if story.answered_s is None:
        raise click.ClickException("Nobody answered; `standardiste doctor` says what to mend.")
    sys.exit(1 if story.missed else 0)


def _called(house: Installation, number: str) -> Number:
    line = caller_line(number, house.plan.country)
    found = house.plan.number_landing_at(line or "")
    if found is None:
        known = ", ".join(
            displayed(landing, house.plan.country) for each in house.plan.numbers for landing in each.landing
        )
        raise click.ClickException(f"{number} is not a landing number of the plan; dial {known}.")
    return found


def _steps(menu: Menu, keys: tuple[str, ...]) -> Iterator[Step]:
    """Each key after the whole menu; after a message, hang up when the menu returns."""
    spoken = menu_keys(menu)
    for key in keys:
        yield Press(keys=key, after=spoken[-1])
    choice = after_key(menu, keys[-1]) if keys else None
    if choice and choice.play:
        yield Hangup(during=spoken[0], timeout=300)


def library(house: Installation, language: str) -> dict[str, Path]:
    """Every sound file that may be heard, by the name under which the story tells it."""
    spoken = {prompt.key: sound_file(house.settings.sounds, language, prompt.key) for prompt in house.prompts}
    versions = [version for slot in house.plan.slots for version in messages.versions(house.base, slot)]
    store = house.settings.messages
    played = {f"message-{v.id}": sound_path(store, v.audio).with_suffix(".wav") for v in versions}
    return {name: file for name, file in (spoken | played).items() if file.is_file()}


@click.command
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many at most.")
@click.pass_obj
def calls(house: Installation, limit: int) -> None:
    """The last calls, newest first."""
    recent = stories.recent(house.base, limit)
    if not recent:
        click.echo("Nobody has called yet.", err=True)
    for call in recent:
        number = displayed(call.line, house.plan.country) if call.line else "number withheld"
        at = f"{call.started_at.astimezone(house.plan.timezone):%Y-%m-%d %H:%M:%S}"
        click.echo(f"{call.ref:<20} {at}  {number:<20} {call.ending or 'under way'}")
