"""Callbacks: what was promised, what became of it, and stopping them all."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

import click

from records import callback_staff, oppositions, switches
from records.callback_staff import CallbackRow, CallbackStory
from records.switches import SwitchName
from routing.numbers import caller_line, displayed
from standardiste.installation import Installation

REF = click.argument("ref")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
NOTE = click.option("--note", default="", help="Why, for colleagues to read.")
OUTCOME = 32


@click.group
def callback() -> None:
    """Calls promised to visitors and callers."""


@callback.command("list")
@AS_JSON
@click.pass_obj
def list_(house: Installation, as_json: bool) -> None:
    """Every callback that is not closed, in the order in which they are served."""
    _print(house, callback_staff.waiting(house.base), as_json, "Nobody waits for a callback.")


@callback.command
@AS_JSON
@click.pass_obj
def check(house: Installation, as_json: bool) -> None:
    """Those of which nobody knows whether they rang, and callers who had opposed: call, then `treat`; or `retry`."""
    _print(house, callback_staff.to_check(house.base), as_json, "Nothing is to be checked.")


@callback.command
@REF
@AS_JSON
@click.pass_obj
def show(house: Installation, ref: str, as_json: bool) -> None:
    """The story of the callback REF (see `callback list`)."""
    story = callback_staff.show(house.base, ref)
    if as_json:
        click.echo(_json([asdict(story)]))
    else:
        _tell(house, story)


@callback.command
@REF
@click.pass_obj
def cancel(house: Installation, ref: str) -> None:
    """Nobody rings for REF any more."""
    callback_staff.cancel_by_staff(house.base, ref, house.operator, datetime.now(UTC))
    click.echo("The callback is cancelled.")


@callback.command
@REF
@click.pass_obj
def retry(house: Installation, ref: str) -> None:
    """Ring for REF once more, after a person has looked: missed, expired, or nobody knows whether it rang."""
    callback_staff.retry(house.base, ref, house.operator, datetime.now(UTC))
    click.echo("The callback waits in line again.")


@callback.command
@REF
@click.argument("outcome")
@NOTE
@click.pass_obj
def treat(house: Installation, ref: str, outcome: str, note: str) -> None:
    """Say that REF has been treated otherwise, and how: OUTCOME, in a few words."""
    if len(outcome) > OUTCOME:
        raise click.ClickException(f"The outcome is longer than {OUTCOME} characters; say the rest with --note.")
    callback_staff.treat(house.base, ref, house.operator, outcome, datetime.now(UTC), note or None)
    click.echo("The callback is closed.")


@click.group("callbacks")
def all_callbacks() -> None:
    """All callbacks at once, and who is never to be called."""


@all_callbacks.command
@NOTE
@click.pass_obj
def pause(house: Installation, note: str) -> None:
    """Ring nobody from now on; callbacks are accepted and wait."""
    switches.turn(house.base, SwitchName.CALLBACKS, True, by=house.operator, note=note, at=datetime.now(UTC))
    click.echo("No visitor is rung until `standardiste callbacks resume`.")


@all_callbacks.command
@NOTE
@click.pass_obj
def resume(house: Installation, note: str) -> None:
    """Ring again."""
    switches.turn(house.base, SwitchName.CALLBACKS, False, by=house.operator, note=note, at=datetime.now(UTC))
    click.echo("Visitors are rung again.")


@all_callbacks.command
@click.argument("number")
@click.option("--source", default="staff", show_default=True, help="Where it was said, such as telephone or letter.")
@click.pass_obj
def oppose(house: Installation, number: str, source: str) -> None:
    """Never ring NUMBER again; a callback that waits for it is closed."""
    line = _line(house, number)
    oppositions.oppose(house.base, line, source, house.operator, datetime.now(UTC))
    click.echo(f"{displayed(line, house.plan.country)} is never rung again.")


@all_callbacks.command
@click.argument("number")
@click.pass_obj
def withdraw(house: Installation, number: str) -> None:
    """NUMBER may be rung again: whoever has it says so."""
    line = _line(house, number)
    if not oppositions.withdraw_opposition(house.base, line, house.operator, datetime.now(UTC)):
        raise click.ClickException(f"{number} was not opposed; nothing has changed.")
    click.echo(f"{displayed(line, house.plan.country)} may be rung again.")


def _line(house: Installation, number: str) -> str:
    if (line := caller_line(number, house.plan.country)) is None:
        raise click.ClickException(f"{number} is not a telephone number; write it as 06 39 98 00 01 or +33639980001.")
    return line


def _print(house: Installation, rows: Iterable[CallbackRow], as_json: bool, nothing: str) -> None:
    rows = tuple(rows)
    if as_json:
        click.echo(_json([asdict(row) for row in rows]))
    elif not rows:
        click.echo(nothing, err=True)
    else:
        for row in rows:
            click.echo(_line_of(house, row))


def _line_of(house: Installation, row: CallbackRow) -> str:
    number = displayed(row.line, house.plan.country)
    when = _at(house, row.slot.start if row.slot else row.not_before)
    when += f" to {_at(house, row.slot.end)[-5:]}" if row.slot else ""
    because = f" ({row.because})" if row.because else ""
    who = " ".join(filter(None, (row.name, row.topic and f"about {row.topic}")))
    return f"{row.ref}  {row.state:<15} {number:<18} {when}  {row.channel}  {who}{because}".rstrip()


def _tell(house: Installation, story: CallbackStory) -> None:
    row = story.row
    click.echo(_line_of(house, row))
    click.echo(f"  rung from {displayed(row.public_number, house.plan.country)}, until {_at(house, row.expires_at)}")
    for moved in story.moves:
        because = f": {moved.because}" if moved.because else ""
        click.echo(f"  {_at(house, moved.at)}  {moved.after:<15} by {moved.by}{because}")
    for tried in story.attempts:
        talked = f", {tried.talked_s} s" if tried.talked_s is not None else ""
        click.echo(f"  attempt {tried.n} of {_at(house, tried.placed_at)}: {tried.result or 'under way'}{talked}")


def _at(house: Installation, moment: datetime) -> str:
    return f"{moment.astimezone(house.plan.timezone):%Y-%m-%d %H:%M}"


def _json(rows: list[dict[str, object]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1, default=datetime.isoformat)
