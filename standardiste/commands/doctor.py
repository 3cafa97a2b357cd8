"""Everything checked, each fault in one sentence with its mend."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import click

import agi.checks
import ami.checks
import callback_api.checks
import caller.checks
import console.checks
import prompts.checks
import records.checks
import standardiste.checks
import webhooks.checks
from records.errors import RecordsError
from records.verdict import Check
from routing.plan import LANGUAGES
from routing.plan_text import PlanError
from standardiste import call_check
from standardiste.commands.calls import library
from standardiste.installation import Installation
from standardiste.serve_switch import ami_account
from standardiste.web_server import answers

MARKS = {"en": ("ok  ", "WRONG"), "fr": ("ok  ", "ERREUR")}


@click.command
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="en", show_default=True, help="Of the sentences.")
@click.option("--call", "by_call", is_flag=True, help="Place a call to ourselves too, and listen.")
@click.pass_obj
def doctor(house: Installation, as_json: bool, language: str, by_call: bool) -> None:
    """Check everything; exit code 1 when something is wrong."""
    checks = list(_checks(house, by_call))
    if as_json:
        click.echo(json.dumps([_row(check, language) for check in checks], indent=2, ensure_ascii=False))
    else:
        for check in checks:
            sentence, mend = check.told(language)
            good, wrong = MARKS[language]
            click.echo(f"{good if check.ok else wrong} {check.name}: {sentence}")
            if mend:
                click.echo(f"      {mend}")
    sys.exit(0 if all(check.ok for check in checks) else 1)


def _row(check: Check, language: str) -> dict[str, object]:
    sentence, mend = check.told(language)
    return {"name": check.name, "ok": check.ok, "sentence": sentence, "mend": mend}


def _checks(house: Installation, by_call: bool) -> Iterator[Check]:
    yield from standardiste.checks.checks(house)
    yield from _or_why_not("base", lambda: records.checks.checks(house.base))
    yield from _or_why_not("overflow centres", lambda: standardiste.checks.centres(house))
    yield from _or_why_not("callbacks", lambda: standardiste.checks.callbacks(house))
    yield from prompts.checks.program_checks()
    yield from _or_why_not("prompts and messages", lambda: _sounds(house))
    yield from agi.checks.checks(house.settings.agi_port)
    public = house.settings.public_here
    yield from callback_api.checks.checks(public, answers=answers(public))
    yield from _or_why_not("console", lambda: _console(house))
    yield from _or_why_not("manager interface", lambda: _switch(house))
    yield from _or_why_not("webhooks", lambda: webhooks.checks.checks(house.base, datetime.now(UTC)))
    yield from _or_why_not("backup", lambda: standardiste.checks.backups(house, datetime.now(UTC)))
    yield from caller.checks.checks()
    if by_call:
        yield from _or_why_not("call", lambda: [_call(house)])


def _call(house: Installation) -> Check:
    return call_check.check(house, library(house, house.plan.numbers[0].language))


def _console(house: Installation) -> Iterable[Check]:
    settings = house.settings
    in_clear = not settings.console_address.is_loopback and not settings.console_url.startswith("https:")
    here = settings.console_here
    return console.checks.checks(house.base, here, answers=answers(here), in_clear=in_clear)


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


def _or_why_not(name: str, checks: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """The checks, or that they cannot be made: what they look at may itself be missing or broken."""
    try:
        yield from checks()
    except (RecordsError, PlanError, OSError) as error:
        yield Check(
            name,
            False,
            str(error),
            standardiste.checks.START,
            f"Cette vérification n'a pas pu être faite ({error}).",
            standardiste.checks.START_FR,
        )
