"""What callers and visitors answered about their satisfaction."""

import json
from datetime import UTC, datetime, timedelta

import click

from records.actor import command_line_actor
from records.satisfaction import asking
from records.satisfaction.statistics import read_counts
from routing.numbers import format_number, parse_typed_number
from routing.satisfaction import week_of
from routing.satisfaction_figures import Dimension, Figures, sum_by
from standardiste.installation import Installation


@click.group
def satisfaction() -> None:
    """What callers and visitors answered about their satisfaction; never by agent."""


@satisfaction.command
@click.option("--weeks", default=13, show_default=True, type=click.IntRange(1, 106), help="This week and those before.")
@click.option("--by", default="week", show_default=True, type=click.Choice([*Dimension]), help="By what it is counted.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(installation: Installation, weeks: int, by: str, as_json: bool) -> None:
    """Show how many were asked, and what they answered from 1 to 5."""
    this_week = week_of(datetime.now(UTC), installation.plan.timezone)
    first, after = this_week - timedelta(weeks=weeks - 1), this_week + timedelta(weeks=1)
    counts = read_counts(installation.database, command_line_actor(installation.os_user), first, after)
    found = {str(key or "-"): figures for key, figures in sum_by(Dimension(by), *counts).items()}
    if as_json:
        click.echo(json.dumps({key: _to_json(figures) for key, figures in found.items()}, indent=2))
        return
    if not found:
        click.echo("Nobody was asked.")
    for key, figures in found.items():
        said = f"{key}: {figures.asked} asked, {figures.answered} answered, {figures.refused} refused"
        means = (
            f"{name} {each.mean:.1f} ({each.count})"
            for name, each in figures.questions.items()
            if each.mean is not None
        )
        click.echo("; ".join([said, *means]))


@satisfaction.command
@click.argument("number")
@click.pass_obj
def allow(installation: Installation, number: str) -> None:
    """NUMBER may be asked again: its holder, who had refused, says so."""
    actor = command_line_actor(installation.os_user)
    line = parse_typed_number(number, installation.plan.country)
    if line is None:
        raise click.ClickException(f"{number} is not a telephone number; write it as 06 39 98 00 01 or +33639980001.")
    if not asking.allow_again(installation.database, actor, line, at=datetime.now(UTC)):
        raise click.ClickException(f"{number} has not refused; nothing has changed.")
    click.echo(f"{format_number(line, installation.plan.country)} may be asked again.")


def _to_json(figures: Figures) -> dict[str, object]:
    questions = {
        name: {"answers": each.count, "mean": each.mean, "satisfied": each.satisfied}
        for name, each in figures.questions.items()
    }
    counts = {"asked": figures.asked, "answered": figures.answered, "refused": figures.refused}
    return {**counts, "questions": questions}
