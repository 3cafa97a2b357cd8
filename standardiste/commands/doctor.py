"""Everything checked, each fault in one sentence with its mend."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

import agi.checks

import caller.checks
import prompts.checks
import records.checks
import standardiste.checks
from records.verdict import Check
from routing.plan import LANGUAGES
from standardiste.installation import Installation


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
    yield from records.checks.checks(house.base)
    yield from prompts.checks.checks(
        sounds=house.settings.sounds,
        prompts=house.prompts,
        languages=LANGUAGES,
        base=house.base,
        store=house.settings.messages,
        slots={slot.name: slot.when_none for slot in house.plan.slots.values()},
        at=datetime.now(UTC),
    )
    yield from agi.checks.checks(house.settings.agi_port)

    yield from caller.checks.checks()
