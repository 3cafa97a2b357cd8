"""The message of the day."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from prompts import publishing
from records import embargoes, messages
from routing.approval import Approval
from routing.messages import changes, on_air
from routing.plan import Slot
from standardiste.installation import Installation

SLOT = click.option("--slot", default="daily", show_default=True, help="What a key plays; see the plan.")
LOCAL_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"])


@click.group
def message() -> None:
    """What callers hear on keys 3 and 4."""


@message.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@SLOT
@click.option("--from", "start", type=LOCAL_TIME, help="By the plan's clock; now when left out.")
@click.option("--until", type=LOCAL_TIME, help="By the plan's clock; until another message when left out.")
@click.option("--text", default="", help="What is said in it, for people who read.")
@click.pass_obj
def publish(
    house: Installation, file: Path, slot: str, start: datetime | None, until: datetime | None, text: str
) -> None:
    """Put FILE (wav, mp3, m4a, ogg, webm, flac) on air."""
    now = datetime.now(UTC)
    if _slot(house, slot).approval is Approval.SECOND:
        raise click.ClickException("Here a second person approves each message; hand it in on the staff console.")
    version = publishing.publish(
        house.base,
        house.settings.messages,
        file,
        slot=_slot(house, slot).name,
        valid_from=_utc(house, start) or now,
        valid_until=_utc(house, until),
        text=text,
        by=house.operator,
        at=now,
        max_seconds=_slot(house, slot).max_seconds,
    )
    click.echo(f"This is version {version.id}. Callers hear:")
    for line in _heard(house, slot, now):
        click.echo(f"  {line}")


@message.command("list")
@SLOT
@click.pass_obj
def list_(house: Installation, slot: str) -> None:
    """Every version, newest first."""
    when_none = _slot(house, slot).when_none
    rows = publishing.listing(house.base, house.settings.messages, slot, when_none=when_none, now=datetime.now(UTC))
    if not rows:
        click.echo("No message has been published yet.", err=True)
    for row in rows:
        version = row.version
        until = _local(house, version.valid_until) if version.valid_until else "replaced"
        missing = "" if row.playable else "  SOUND MISSING"
        click.echo(
            f"{version.id:>4}  {row.state:<20} {_local(house, version.valid_from)} until {until}  "
            f"by {version.published_by}  {version.text[:40]}{missing}"
        )


@message.command
@click.argument("version", type=int, required=False)
@SLOT
@click.pass_obj
def play(house: Installation, version: int | None, slot: str) -> None:
    """Play a version as callers hear it (8 kHz); the one on air when left out."""
    rows = publishing.listing(
        house.base, house.settings.messages, slot, when_none=_slot(house, slot).when_none, now=datetime.now(UTC)
    )
    wanted = [row.version for row in rows if (row.version.id == version if version else row.state.startswith("on air"))]
    if not wanted:
        raise click.ClickException("There is no such version; `standardiste message list` shows them.")
    sound = publishing.sound_path(house.settings.messages, wanted[0].audio).with_suffix(".wav")
    click.echo(f"Version {wanted[0].id}: {sound}")
    if not sound.exists():
        raise click.ClickException("The sound is gone from the disk; publish that message again.")
    player = ["ffplay", "-nodisp", "-autoexit", "-loglevel", "error", str(sound)]
    if subprocess.run(player, capture_output=True, check=False).returncode:
        raise click.ClickException("This machine cannot play sounds; copy that file to one that can.")


@message.command
@SLOT
@click.pass_obj
def rollback(house: Installation, slot: str) -> None:
    """Put the previous message back on air."""
    version = publishing.roll_back(
        house.base, house.settings.messages, _slot(house, slot).name, by=house.operator, at=datetime.now(UTC)
    )
    click.echo(f"The previous message is back, as version {version.id}.")


def _slot(house: Installation, name: str) -> Slot:
    if name not in house.plan.slots:
        raise click.UsageError(f"no slot {name!r} in the plan; choose {', '.join(house.plan.slots)}")
    return house.plan.slots[name]


def _heard(house: Installation, slot: str, now: datetime) -> Iterator[str]:
    """What callers hear from now on, change by change, as it is known today."""
    known = (messages.versions(house.base, slot), slot, now, _slot(house, slot).when_none, embargoes.all(house.base))
    for moment, heard in ((now, on_air(*known)), *changes(*known)):
        when = "now" if moment == now else f"from {_local(house, moment)}"
        past = " (past its end, for want of another)" if heard.stale else ""
        yield f"{when}: {f'version {heard.version.id}{past}' if heard.version else 'that there is no message'}"


def _utc(house: Installation, local: datetime | None) -> datetime | None:
    return local.replace(tzinfo=house.plan.timezone).astimezone(UTC) if local else None


def _local(house: Installation, moment: datetime) -> str:
    return f"{moment.astimezone(house.plan.timezone):%Y-%m-%d %H:%M}"
