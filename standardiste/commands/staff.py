"""People who answer, their telephones, and whether calls are offered to them."""

import json
import secrets
import socket
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from records import people, presence
from records.people import Newcomer
from records.presence import PresenceState
from routing.numbers import displayed
from routing.plan import RANKS
from standardiste import server, staff_file
from standardiste.installation import Installation
from standardiste.phone_sheet import sheet as phone_sheet
from standardiste.settings import Settings

WHO = click.argument("who")
REASON = click.option("--reason", default="", help="Why, for colleagues to read.")
RANK = click.IntRange(RANKS[0], RANKS[-1])


@click.group
def staff() -> None:
    """People who answer calls."""


@staff.command
@click.argument("name")
@click.option("--rank", type=RANK, default=RANKS[0], help="Level of the team.")
@click.option("--outside", default="", help="Mobile or home number to ring instead of a desk phone.")
@click.option("--languages", default="fr", show_default=True, help="Spoken with callers, such as fr,en.")
@click.pass_obj
def add(house: Installation, name: str, rank: int, outside: str, languages: str) -> None:
    """Give the person NAME a phone account, usable at once."""
    newcomer = _newcomer(house, name, rank, outside, languages)
    (person,) = people.add_all(house.base, [newcomer], at=datetime.now(UTC))
    settings = house.settings
    click.echo(
        f"{person.name} has the account {person.phone}. In the telephone's settings:\n"
        f"  server    {_address(settings)}, port {settings.sip_port} (UDP)\n"
        f"  user      {person.phone}\n"
        f"  password  {person.password}\n"
        "It rings for the team's calls as soon as it is registered."
    )
    if person.outside_number:
        number = displayed(person.outside_number, house.plan.country)
        click.echo(f"Calls are offered at {number} instead, and taken with the key 1.")


@staff.command
@WHO
@click.option("--rank", type=RANK, help="Level of the team.")
@click.option("--outside", help="Mobile or home number to ring instead of a desk phone.")
@click.option("--desk", is_flag=True, help="Ring the desk phone again.")
@click.option("--languages", help="Spoken with callers, such as fr,en.")
@click.pass_obj
def change(
    house: Installation, who: str, rank: int | None, outside: str | None, desk: bool, languages: str | None
) -> None:
    """Change what is said of WHO (name or account); what is not given stays. Calls follow at once."""
    if rank is None and outside is None and languages is None and not desk:
        raise click.ClickException("Nothing is to be changed; give --rank, --outside, --desk or --languages.")
    if desk and outside is not None:
        raise click.ClickException("Calls are offered at one place; give --outside or --desk.")
    person = people.find(house.base, who)
    try:
        number = None if outside is None else staff_file.outside_line(outside, house.plan.country)
        speaks = () if languages is None else staff_file.spoken(languages)
    except ValueError as error:
        raise click.ClickException(f"{person.name} stays as before: {error}.") from None
    now = people.change(house.base, person.id, rank=rank, outside_number="" if desk else number, speaks=speaks)
    where = displayed(now.outside_number, house.plan.country) if now.outside_number else "the desk phone"
    click.echo(f"{now.name} ({now.phone}): rank {now.rank}, speaks {','.join(now.speaks)}, is rung at {where}.")


@staff.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--keep-good", is_flag=True, help="Add the good lines even when others are wrong.")
@click.pass_obj
def import_(house: Installation, file: Path, dry_run: bool, keep_good: bool) -> None:
    """Add the people of FILE (CSV with a header: name, rank, outside, languages)."""
    known = [person.name for person in people.staff(house.base)]
    lines = staff_file.read(_text(file), known=known, country=house.plan.country)
    wrong = [line for line in lines if line.problem]
    good = [(line.number, line.newcomer) for line in lines if line.newcomer]
    for line in wrong:
        click.echo(f"line {line.number}: {line.name or '(no name)'}: refused: {line.problem}")
    if wrong and not keep_good:
        raise click.ClickException(f"Nothing is imported: {len(wrong)} of {len(lines)} lines are wrong; see above.")
    newcomers = [newcomer for _, newcomer in good]
    _refuse_too_many(house, len(newcomers))
    added = () if dry_run else people.add_all(house.base, newcomers, at=datetime.now(UTC))
    accounts = [f"has the account {person.phone}" for person in added] or ["would be added"] * len(good)
    for (number, newcomer), account in zip(good, accounts, strict=True):
        click.echo(f"line {number}: {newcomer.name}: {account}")
    click.echo(f"{len(newcomers)} people {'would be' if dry_run else 'are'} imported, {len(wrong)} lines refused.")


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@click.pass_obj
def list_(house: Installation, as_json: bool) -> None:
    """Who works here, with which account, and whether calls are offered."""
    staff = presence.all(house.base)
    if as_json:
        rows = [asdict(person) for person in staff]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=datetime.isoformat))
    elif not staff:
        click.echo("Nobody yet; `standardiste staff add NAME` gives somebody a telephone.", err=True)
    else:
        for person in staff:
            number = displayed(person.outside_number, house.plan.country) if person.outside_number else ""
            who = f"{person.person_id:>4}  {person.member}  {','.join(person.speaks)}  {person.name:<24}"
            click.echo(f"{who}  rank {person.rank}  {_told(house, person)}  {number}".rstrip())


@staff.command("in")
@WHO
@REASON
@click.pass_obj
def in_(house: Installation, who: str, reason: str) -> None:
    """Offer calls to WHO (name or account)."""
    _set(house, who, PresenceState.READY, reason)


@staff.command
@WHO
@REASON
@click.pass_obj
def pause(house: Installation, who: str, reason: str) -> None:
    """Offer no calls to WHO (name or account) for the moment."""
    _set(house, who, PresenceState.PAUSED, reason)


@staff.command
@WHO
@REASON
@click.pass_obj
def out(house: Installation, who: str, reason: str) -> None:
    """Take WHO (name or account) out of the queue."""
    _set(house, who, PresenceState.OUT, reason)


@staff.command
@WHO
@click.option("--server", "address", default="", help="Address of this machine as telephones see it.")
@click.pass_obj
def sheet(house: Installation, who: str, address: str) -> None:
    """The telephone's settings and codes for WHO (name or account), to print. It holds the password."""
    person, settings = people.find(house.base, who), house.settings
    seen_as = address or _address(settings)
    click.echo(phone_sheet(person, server=seen_as, port=settings.sip_port, country=house.plan.country))


@staff.command
@click.argument("person_id", type=int)
@click.pass_obj
def remove(house: Installation, person_id: int) -> None:
    """Take the account of PERSON_ID (see `staff list`) back, under a new password."""
    phone = people.remove(house.base, person_id, password=secrets.token_urlsafe(18), at=datetime.now(UTC))
    server.reload(house)
    click.echo(
        f"The account {phone.name} is free, under a new password. Switch the old telephone off: "
        "it may ring until its registration runs out, within the hour."
    )


def _newcomer(house: Installation, name: str, rank: int, outside: str, languages: str) -> Newcomer:
    try:
        return staff_file.newcomer(
            name, rank=str(rank), outside=outside, languages=languages, country=house.plan.country
        )
    except ValueError as error:
        raise click.ClickException(f"{name.strip() or 'Somebody without a name'} cannot be added: {error}.") from None


def _refuse_too_many(house: Installation, newcomers: int) -> None:
    free = sum(phone.person is None for phone in people.phones(house.base))
    if newcomers > free:
        raise click.ClickException(
            f"Nothing is imported: {newcomers} people, and {free} free phone accounts; raise the setting `phones`."
        )


def _set(house: Installation, who: str, state: PresenceState, reason: str) -> None:
    person = people.find(house.base, who)
    now = presence.set(house.base, person.id, state, reason=reason, by=house.operator, at=datetime.now(UTC))
    click.echo(f"{person.name} ({person.phone}): {_told(house, now)}.")


def _told(house: Installation, now: presence.Presence) -> str:
    since = f"{now.since.astimezone(house.plan.timezone):%Y-%m-%d %H:%M}"
    reason = f" ({now.reason})" if now.reason else ""
    return f"{now.state}{reason} since {since}, {'applied' if now.applied_at else 'not yet applied'}"


def _address(settings: Settings) -> str:
    """This machine as a telephone finds it."""
    return socket.getfqdn() if settings.sip_address.is_unspecified else str(settings.sip_address)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # a spreadsheet may put a mark in front
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not text in UTF-8; save it as CSV UTF-8.") from None
