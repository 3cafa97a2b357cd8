"""Callbacks: listing, showing, resolving, and pausing all of them."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

import click

from records.callbacks import staff_actions
from records.callbacks.staff_actions import CallbackDetail, CallbackRow
from routing.numbers import format_number
from routing.overrides import OverrideName
from standardiste.commands import do_not_call
from standardiste.commands.options import AS_JSON, NOTE, add_former_name, with_former_keys
from standardiste.commands.switch_options import (
    NUMBER,
    REASON,
    SwitchOptions,
    describe_scope,
    switch_off,
    switch_on,
    with_switch_options,
)
from standardiste.installation import Installation

REF = click.argument("ref")
MAX_OUTCOME_LENGTH = 32
FORMER_KEYS = {
    "waiting_since": "place_since",
    "time_slot": "slot",
    "dial_count": "rings",
    "reason": "because",
    "transitions": "moves",
    "dial_first": "first",
}
"""Keys of the JSON output: the name in force, and the one before it, which stays until version 1.0."""


@click.group
def callback() -> None:
    """Callbacks that visitors and callers asked for."""


@callback.command("list")
@AS_JSON
@click.pass_obj
def list_(installation: Installation, as_json: bool) -> None:
    """Every callback that is not closed, in the order in which they are served."""
    _print_rows(
        installation, staff_actions.list_open_callbacks(installation.database), as_json, "Nobody waits for a callback."
    )


@callback.command
@AS_JSON
@click.pass_obj
def check(installation: Installation, as_json: bool) -> None:
    """Callbacks that a person must look at: whether they rang is not known, or the number is not to be called.

    Call by hand, then `resolve`; or `retry`.
    """
    _print_rows(
        installation,
        staff_actions.list_callbacks_to_review(installation.database),
        as_json,
        "Nothing is to be checked.",
    )


@callback.command
@REF
@AS_JSON
@click.pass_obj
def show(installation: Installation, ref: str, as_json: bool) -> None:
    """Everything about the callback REF (see `callback list`)."""
    detail = staff_actions.get_callback_detail(installation.database, ref)
    if as_json:
        click.echo(_to_json([asdict(detail)]))
    else:
        _print_detail(installation, detail)


@callback.command
@REF
@click.pass_obj
def cancel(installation: Installation, ref: str) -> None:
    """Cancel the callback REF: nobody is called."""
    staff_actions.cancel_callback_by_staff(installation.database, ref, installation.os_user, datetime.now(UTC))
    click.echo("The callback is cancelled.")


@callback.command
@REF
@click.pass_obj
def retry(installation: Installation, ref: str) -> None:
    """Call REF once more, after a person has looked at it: missed, expired, or with an unknown result."""
    staff_actions.retry_callback(installation.database, ref, installation.os_user, datetime.now(UTC))
    click.echo("The callback waits in line again.")


@callback.command
@REF
@click.argument("outcome")
@NOTE
@click.pass_obj
def resolve(installation: Installation, ref: str, outcome: str, note: str) -> None:
    """Close REF, which was resolved by other means: OUTCOME says how, in a few words."""
    if len(outcome) > MAX_OUTCOME_LENGTH:
        raise click.ClickException(
            f"The outcome is longer than {MAX_OUTCOME_LENGTH} characters; say the rest with --note."
        )
    staff_actions.resolve_callback(
        installation.database, ref, installation.os_user, outcome, datetime.now(UTC), note or None
    )
    click.echo("The callback is closed.")


add_former_name(callback, "treat", resolve, "callback resolve")


@click.group("callbacks")
def all_callbacks() -> None:
    """All callbacks at once."""


@all_callbacks.command
@with_switch_options
def pause(installation: Installation, options: SwitchOptions) -> None:
    """Call nobody from now on; callbacks are accepted and wait."""
    override = switch_on(installation, OverrideName.CALLBACKS, options)
    end = "" if override.ends_at else " until `standardiste callbacks resume`"
    click.echo(f"No visitor is rung{describe_scope(installation, override)}{end}.")


@all_callbacks.command
@NUMBER
@REASON
@click.pass_obj
def resume(installation: Installation, number: str, note: str) -> None:
    """Place callbacks again."""
    switch_off(installation, OverrideName.CALLBACKS, number, note)
    click.echo("Visitors are rung again.")


add_former_name(all_callbacks, "oppose", do_not_call.add, "do-not-call add")
add_former_name(all_callbacks, "withdraw", do_not_call.remove, "do-not-call remove")


def _print_rows(installation: Installation, rows: Iterable[CallbackRow], as_json: bool, nothing: str) -> None:
    rows = tuple(rows)
    if as_json:
        click.echo(_to_json([asdict(row) for row in rows]))
    elif not rows:
        click.echo(nothing, err=True)
    else:
        for row in rows:
            click.echo(_format_row(installation, row))


def _format_row(installation: Installation, row: CallbackRow) -> str:
    number = format_number(row.line, installation.plan.country)
    when = _format_time(installation, row.time_slot.start if row.time_slot else row.not_before)
    when += f" to {_format_time(installation, row.time_slot.end)[-5:]}" if row.time_slot else ""
    reason = f" ({row.reason})" if row.reason else ""
    who = " ".join(filter(None, (row.name, row.topic and f"about {row.topic}")))
    return f"{row.ref}  {row.state:<15} {number:<18} {when}  {row.channel}  {who}{reason}".rstrip()


def _print_detail(installation: Installation, detail: CallbackDetail) -> None:
    row = detail.row
    click.echo(_format_row(installation, row))
    click.echo(
        f"  rung from {format_number(row.public_number, installation.plan.country)}, "
        f"until {_format_time(installation, row.expires_at)}"
    )
    for transition in detail.transitions:
        reason = f": {transition.reason}" if transition.reason else ""
        click.echo(f"  {_format_time(installation, transition.at)}  {transition.after:<15} by {transition.by}{reason}")
    for attempt in detail.attempts:
        talked = f", {attempt.talked_s} s" if attempt.talked_s is not None else ""
        click.echo(
            f"  attempt {attempt.n} of {_format_time(installation, attempt.placed_at)}: "
            f"{attempt.result or 'under way'}{talked}"
        )


def _format_time(installation: Installation, moment: datetime) -> str:
    return f"{moment.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M}"


def _to_json(rows: list[dict[str, object]]) -> str:
    return json.dumps(with_former_keys(rows, FORMER_KEYS), ensure_ascii=False, indent=1, default=datetime.isoformat)
