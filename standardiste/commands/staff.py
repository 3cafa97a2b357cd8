"""Agents, their telephones, and whether calls are offered to them."""

import json
import socket
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from records.staff import agents, presence
from records.staff.agents import Agent, NewAgent
from records.staff.presence import PresenceState
from records.staff.sip_account_names import is_guessable, random_password
from records.staff.wrapups import find_wrapup_end
from routing.numbers import format_number
from routing.plan.model import RANKS, StaffQueue
from routing.queue.outside_numbers import OutsideNumbers
from routing.quoting import list_with_and, list_with_or
from routing.tables import decode_table
from standardiste import agent_csv
from standardiste.asterisk_reload import reload_asterisk
from standardiste.commands.options import AS_JSON, DRY_RUN, EXISTING_FILE, ID, with_former_keys
from standardiste.installation import Installation
from standardiste.phone_setup_sheet import SHEET_LANGUAGES
from standardiste.phone_setup_sheet import render_phone_sheet as phone_sheet
from standardiste.settings import Settings
from standardiste.switchboard.desk_phones import phone_server

WHO = click.argument("who")
REASON = click.option("--reason", default="", help="Why, for colleagues to read.")
FORMER_KEYS = {"agent_id": "person_id", "sip_account": "member"}
"""Keys of the JSON output: the name in force, and the one before it, which stays until version 1.0."""
RANK = click.IntRange(RANKS[0], RANKS[-1])


@click.group
def staff() -> None:
    """People who answer calls."""


@staff.command
@click.argument("name")
@click.option("--rank", type=RANK, default=RANKS[0], help="Level of the team.")
@click.option("--outside", default="", help="Mobile or home number to ring instead of a desk phone.")
@click.option("--languages", default="fr", show_default=True, help="Spoken with callers, such as fr,en.")
@click.option("--anyway", is_flag=True, help="Also if there is an agent of this name: it is somebody else.")
@click.pass_obj
def add(installation: Installation, name: str, rank: int, outside: str, languages: str, anyway: bool) -> None:
    """Give NAME a SIP account, which works at once."""
    agent = _parse_agent(installation, name, rank, outside, languages)
    same = [each for each in agents.list_agents(installation.database) if each.name.casefold() == agent.name.casefold()]
    if same and not anyway:
        desks = list_with_and([each.desk for each in same])
        raise click.ClickException(
            f"{same[0].name} has a telephone already: desk {desks}. Nothing has changed; if it is another person of "
            "the same name, add --anyway."
        )
    (added,) = agents.add_agents(installation.database, [agent], at=datetime.now(UTC))
    settings = installation.settings
    click.echo(
        f"{added.name} has the desk {added.desk}. In the telephone's settings:\n"
        f"{_telephone_settings(settings, added)}\n"
        "It rings for the team's calls as soon as it is registered."
    )
    if added.outside_number:
        number = format_number(added.outside_number, installation.plan.country)
        click.echo(f"Calls are offered at {number} instead, and taken with the key 1.")


@staff.command
@WHO
@click.option("--rank", type=RANK, help="Level of the team.")
@click.option("--outside", help="Mobile or home number to ring instead of a desk phone.")
@click.option("--desk", is_flag=True, help="Ring the desk phone again.")
@click.option("--browser", is_flag=True, help="Ring in the console, where browser phones are switched on.")
@click.option("--languages", help="Spoken with callers, such as fr,en.")
@click.pass_obj
def change(
    installation: Installation,
    who: str,
    rank: int | None,
    outside: str | None,
    desk: bool,
    browser: bool,
    languages: str | None,
) -> None:
    """Change WHO (name or desk number) for calls from now on; what is not given stays."""
    if rank is None and outside is None and languages is None and not desk and not browser:
        raise click.ClickException(
            "Nothing is to be changed; give --rank, --outside, --desk, --browser or --languages."
        )
    if desk + browser + (outside is not None) > 1:
        raise click.ClickException("Calls are offered at one place; give --outside, --desk or --browser.")
    person = agents.find_agent(installation.database, who)
    try:
        number = None if outside is None else agent_csv.parse_outside_number(outside, _numbers(installation))
        speaks = () if languages is None else agent_csv.parse_languages(languages)
    except ValueError as error:
        raise click.ClickException(f"{person.name} stays as before: {error}.") from None
    now = agents.update_agent(
        installation.database,
        person.id,
        rank=rank,
        outside_number="" if desk else number,
        in_browser=browser,
        speaks=speaks,
    )
    where = "the browser" if now.browser_account else "the desk phone"
    if now.outside_number:
        where = format_number(now.outside_number, installation.plan.country)
    click.echo(f"{now.name} (desk {now.desk}): rank {now.rank}, speaks {','.join(now.speaks)}, is rung at {where}.")


@staff.command("import")
@click.argument("file", type=EXISTING_FILE)
@DRY_RUN
@click.option("--keep-good", is_flag=True, help="Add the valid lines even if others are wrong.")
@click.pass_obj
def import_(installation: Installation, file: Path, dry_run: bool, keep_good: bool) -> None:
    """Add the people of FILE (CSV or text with a header: name, rank, outside, languages)."""
    known = [person.name for person in agents.list_agents(installation.database)]
    lines = agent_csv.read_agents(decode_table(file.read_bytes()), existing_names=known, numbers=_numbers(installation))
    wrong = [line for line in lines if line.problem]
    good = [(line.number, line.agent) for line in lines if line.agent]
    for line in wrong:
        click.echo(f"line {line.number}: {line.name or '(no name)'}: refused: {line.problem}")
    if wrong and not keep_good:
        raise click.ClickException(f"Nothing is imported: {len(wrong)} of {len(lines)} lines are wrong; see above.")
    newcomers = [newcomer for _, newcomer in good]
    _ensure_free_phones(installation, len(newcomers))
    added = () if dry_run else agents.add_agents(installation.database, newcomers, at=datetime.now(UTC))
    accounts = [f"has the desk {person.desk}" for person in added] or ["would be added"] * len(good)
    for (number, newcomer), account in zip(good, accounts, strict=True):
        click.echo(f"line {number}: {newcomer.name}: {account}")
    click.echo(f"{len(newcomers)} people {'would be' if dry_run else 'are'} imported, {len(wrong)} lines refused.")


@staff.command("list")
@AS_JSON
@click.pass_obj
def list_(installation: Installation, as_json: bool) -> None:
    """All agents with their desk numbers, and whether calls are offered to them."""
    staff = presence.list_presences(installation.database)
    if as_json:
        rows = with_former_keys([asdict(person) for person in staff], FORMER_KEYS)
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=datetime.isoformat))
    elif not staff:
        click.echo("Nobody yet; `standardiste staff add NAME` gives somebody a telephone.", err=True)
    else:
        for person in staff:
            number = format_number(person.outside_number, installation.plan.country) if person.outside_number else ""
            who = f"{person.agent_id:>4}  {person.desk}  {','.join(person.speaks):<5}  {person.name:<24}"
            click.echo(f"{who}  rank {person.rank}  {_describe_presence(installation, person)}  {number}".rstrip())


@staff.command("in")
@WHO
@REASON
@click.pass_obj
def in_(installation: Installation, who: str, reason: str) -> None:
    """Offer calls to WHO (name or desk number)."""
    _set_presence(installation, who, PresenceState.READY, reason)


@staff.command
@WHO
@REASON
@click.pass_obj
def pause(installation: Installation, who: str, reason: str) -> None:
    """Pause WHO (name or desk number): no calls are offered. The reason is one of the plan's, if it has some."""
    reason = _parse_pause_reason(installation.plan.staff, reason)
    _set_presence(installation, who, PresenceState.PAUSED, reason)


@staff.command
@WHO
@REASON
@click.pass_obj
def out(installation: Installation, who: str, reason: str) -> None:
    """Take WHO (name or desk number) out of the queue."""
    _set_presence(installation, who, PresenceState.OUT, reason)


@staff.command
@WHO
@click.option("--server", "address", default="", help="Address of this machine as telephones see it.")
@click.option("--language", type=click.Choice(SHEET_LANGUAGES), help="Of the page; that of the agent without it.")
@click.pass_obj
def sheet(installation: Installation, who: str, address: str, language: str | None) -> None:
    """The telephone settings and codes of WHO (name or desk number), to print. They include the password."""
    person, settings = agents.find_agent(installation.database, who), installation.settings
    seen_as = address or _telephone_address(settings)
    reader = replace(person, language=language or person.language)
    click.echo(phone_sheet(reader, server=seen_as, port=settings.sip_port, country=installation.plan.country))


@staff.command
@click.argument("person_id", type=ID)
@click.pass_obj
def remove(installation: Installation, person_id: int) -> None:
    """Remove PERSON_ID (see `staff list`); the desk gets a new account name and password."""
    phone = agents.remove_agent(installation.database, person_id, password=random_password(), at=datetime.now(UTC))
    reload_asterisk(installation)
    click.echo(
        f"The desk {phone.desk} is free, under a new account name and password. Switch the old telephone off: "
        "it may ring until its registration runs out, within the hour."
    )


def _numbers(installation: Installation) -> OutsideNumbers:
    return OutsideNumbers.of(installation.plan)


@staff.command
@click.argument("who", required=False)
@click.option("--guessable", is_flag=True, help="Everybody whose account name can be guessed (p01, p02 ...).")
@click.pass_obj
def reissue(installation: Installation, who: str | None, guessable: bool) -> None:
    """Give WHO (name or desk number) a new account name and password; the desk number stays."""
    if bool(who) == guessable:
        raise click.ClickException("Give a name or a desk number, or --guessable for all old account names.")
    due = [agents.find_agent(installation.database, who)] if who else _list_guessable(installation)
    if not due:
        click.echo("No account name in use can be guessed; nothing is to be done.")
        return
    for agent in due:
        new = agents.reissue_account(installation.database, agent.id)
        click.echo(f"{new.name}, desk {new.desk}. In the telephone's settings:")
        click.echo(_telephone_settings(installation.settings, new))
    reload_asterisk(installation)
    click.echo("The old names and passwords are refused from now on: type the new ones into the telephones.")


def _list_guessable(installation: Installation) -> list[Agent]:
    return [agent for agent in agents.list_agents(installation.database) if is_guessable(agent.sip_account)]


def _telephone_settings(settings: Settings, agent: Agent) -> str:
    return (
        f"  server    {_telephone_address(settings)}, port {settings.sip_port} (UDP)\n"
        f"  user      {agent.sip_account}\n"
        f"  password  {agent.password}"
    )


def _parse_agent(installation: Installation, name: str, rank: int, outside: str, languages: str) -> NewAgent:
    try:
        return agent_csv.parse_agent(
            name, rank=str(rank), outside=outside, languages=languages, numbers=_numbers(installation)
        )
    except ValueError as error:
        raise click.ClickException(f"{name.strip() or 'Somebody without a name'} cannot be added: {error}.") from None


def _ensure_free_phones(installation: Installation, count: int) -> None:
    free = sum(phone.agent is None for phone in agents.list_sip_accounts(installation.database))
    if count > free:
        raise click.ClickException(
            f"Nothing is imported: {count} people, and {free} free phone accounts; raise the setting `phones`."
        )


def _parse_pause_reason(staff_queue: StaffQueue, typed: str) -> str:
    """The name of the plan's reason with this name or title; what was typed where the plan has none."""
    titles = staff_queue.pause_titles
    if not titles or not typed.strip():
        return typed
    key = typed.strip().casefold()
    for name, title in titles.items():
        if key in {name, *(text.casefold() for text in title.texts.values())}:
            return name
    raise click.ClickException(f"The plan has no reason {typed!r} for a pause; give {list_with_or(titles)}.")


def _set_presence(installation: Installation, who: str, state: PresenceState, reason: str) -> None:
    person = agents.find_agent(installation.database, who)
    now = presence.set_presence(
        installation.database, person.id, state, reason=reason, by=installation.os_user, at=datetime.now(UTC)
    )
    click.echo(f"{person.name} (desk {person.desk}): {_describe_presence(installation, now)}.")


def _describe_presence(installation: Installation, now: presence.Presence) -> str:
    since = f"{now.since.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M}"
    reason = f" ({now.reason})" if now.reason else ""
    if end := find_wrapup_end(now, datetime.now(UTC)):
        reason = f" (wrap-up until {end.astimezone(installation.plan.timezone):%H:%M:%S})"
    return f"{now.state}{reason} since {since}, {'applied' if now.applied_at else 'not yet applied'}"


def _telephone_address(settings: Settings) -> str:
    """The address of this machine for telephones."""
    if settings.phone_address or not settings.sip_address.is_unspecified:
        return phone_server(settings)
    return socket.getfqdn()
