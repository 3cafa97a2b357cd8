"""Everything checked, each fault in one sentence with its mend."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

import agi.checks
import ami.checks
import caller.checks
import prompts.checks
import records.checks
import standardiste.checks
from records.errors import RecordsError
from records.verdict import Check
from routing.plan import LANGUAGES
from routing.plan_text import PlanError
from standardiste.installation import Installation
from standardiste.serve_switch import ami_account


@click.command
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@click.pass_obj
def doctor(house: Installation, as_json: bool) -> None:
    """Check everything; exit code 1 when something is wrong."""
    checks = list(_checks(house))
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        for check in checks:
            click.echo(f"{'ok  ' if check.ok else 'WRONG'} {check.name}: {check.sentence}")
            if check.mend:
                click.echo(f"      {check.mend}")
    sys.exit(0 if all(check.ok for check in checks) else 1)


def _checks(house: Installation) -> Iterator[Check]:
    yield from standardiste.checks.checks(house)
    yield from _or_why_not("base", lambda: records.checks.checks(house.base), standardiste.checks.START)
    yield from _or_why_not("overflow centres", lambda: standardiste.checks.centres(house), standardiste.checks.START)
    yield from prompts.checks.program_checks()
    yield from _or_why_not("prompts and messages", lambda: _sounds(house), "Mend the base first.")
    yield from agi.checks.checks(house.settings.agi_port)
    yield from _or_why_not("manager interface", lambda: _switch(house), standardiste.checks.START)
    yield from caller.checks.checks()


def _switch(house: Installation) -> Iterable[Check]:
    return ami.checks.checks(house.base, ami_account(house.settings), datetime.now(UTC))


def _sounds(house: Installation) -> Iterable[Check]:
    return prompts.checks.checks(
        sounds=house.settings.sounds,
        prompts=house.prompts,
        languages=LANGUAGES,
        base=house.base,
        store=house.settings.messages,
        slots={slot.name: slot.when_none for slot in house.plan.slots.values()},
        at=datetime.now(UTC),
    )


def _or_why_not(name: str, checks: Callable[[], Iterable[Check]], mend: str) -> Iterator[Check]:
    """The checks, or that they cannot be made: what they look at may itself be missing or broken."""
    try:
        yield from checks()
    except (RecordsError, PlanError, OSError) as error:
        yield Check(name, False, str(error), mend)
