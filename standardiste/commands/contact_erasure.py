"""Erasing people: `contact erase`, and the work of erasures that pages ask for."""

import logging
import time
from datetime import UTC, datetime

import click

from records.actor import Actor, command_line_actor
from records.contacts import contact_cards
from records.errors import NotFound
from records.retention import erasure_queue
from records.retention.erasure_queue import ErasureJob, ErasureProblem
from records.retention.erasure_words import PROBLEMS
from routing.numbers import parse_typed_number
from routing.plan.model import Plan
from standardiste.backup import backups
from standardiste.installation import Installation
from standardiste.parts import logs
from standardiste.personal_data.erasing import PersonEraser

_POLL_S = 0.5
log = logging.getLogger("erasing")


@click.command
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--withdraw", is_flag=True, help="Do not erase them after all, as long as it has not begun.")
@click.pass_obj
def erase(installation: Installation, person: str, yes: bool, withdraw: bool) -> None:
    """Erase PERSON (a card's number or a telephone number) everywhere, for ever; `contact export` first if need be.

    Calls and requests stay as counts. An entry in the do-not-call list stays as a hash of the number. If this command
    is interrupted, `serve-webhooks` goes on with the erasure.
    """
    actor, database = command_line_actor(installation.os_user), installation.database
    contact_id = find_person(installation, installation.plan, person)
    if withdraw:
        erasure_queue.withdraw_erasure(database, actor, contact_id, at=datetime.now(UTC))
        click.echo(f"Contact {contact_id} is not erased.")
        return
    begun = erasure_queue.find_erasure(database, contact_id)
    if not yes and (begun is None or begun.done_at):
        click.confirm(f"Erase contact {contact_id} for ever?", abort=True)
    _echo_result(installation, _work(installation, actor, contact_id))


@click.command("erase-waiting", hidden=True)
@click.pass_obj
def erase_waiting(installation: Installation) -> None:
    """Does the erasures that were asked for and that nothing stands in the way of; `serve-webhooks` runs it."""
    with logs.json_logging("erasing"):
        eraser = PersonEraser(installation, lambda: datetime.now(UTC))
        while job := erasure_queue.find_due(installation.database, datetime.now(UTC)):
            try:
                if eraser.work(job) is None:
                    return
            except Exception as error:  # without its text, which may hold a name; else it would be tried every second
                log.error("an erasure cannot go on: %s", type(error).__name__)
                erasure_queue.note_problem(installation.database, job, ErasureProblem.FAULT, at=datetime.now(UTC))


def _work(installation: Installation, actor: Actor, contact_id: int) -> ErasureJob:
    """Does the work here, unless another process does; returns at its end. Raises ClickException, RecordsError."""
    database = installation.database
    job = erasure_queue.find_erasure(database, contact_id)
    if job is None or job.done_at:
        job = erasure_queue.ask_erasure(database, actor, contact_id, at=datetime.now(UTC))
    eraser = PersonEraser(installation, lambda: datetime.now(UTC))
    while not job.done_at:
        done = eraser.work(job)
        job = erasure_queue.get_erasure(database, job.id)
        if done is None:
            time.sleep(_POLL_S)
        elif job.problem:
            raise click.ClickException(str(PROBLEMS[job.problem]))
    return job


def _echo_result(installation: Installation, job: ErasureJob) -> None:
    click.echo(f"Contact {job.contact_id} is erased.")
    if job.shares_number:
        click.echo("A number of theirs is on another card too, and stays there.")
    if not job.is_database_clean:
        click.echo("The database file still holds a number or the name: of somebody else, or in the change log.")
    for file in job.left:
        click.echo(f"A number or the name still stands in {installation.settings.var / file}.")
    if kept := backups.list_backups(installation.settings.backups):
        click.echo(
            f"Backups still hold the person: {len(kept)}, the newest is {kept[0].name}; they are replaced in turn."
        )


def find_person(installation: Installation, plan: Plan, person: str) -> int:
    """The card of this id, or the one card with this telephone number. Raises ClickException."""
    if person.isdecimal() and not person.startswith("0") and len(person) < 9:
        return int(person)
    line = parse_typed_number(person, plan.country)
    cards = contact_cards.find_cards(installation.database, line) if line else ()
    if not cards:
        raise NotFound(f"No card has the number {person}; `standardiste contact find` finds cards by name.")
    if len(cards) > 1:
        ids = ", ".join(str(card.id) for card in cards)
        raise click.ClickException(f"Several cards have this number; name one of them: {ids}.")
    return cards[0].id
