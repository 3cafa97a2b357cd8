"""The message of the day."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import TypeVar

import click

from prompts.messages import publishing
from records.messages import blackout_periods, message_versions
from records.messages.draft_types import AirPeriod
from records.messages.message_versions import NewMessage
from routing.approval import Approval
from routing.messages import find_on_air, list_upcoming_changes
from routing.plan.model import Announcement
from standardiste.commands.options import EXISTING_FILE, ID, LOCAL_TIME, to_instant_or_exit
from standardiste.installation import Installation

Command = TypeVar("Command", bound=Callable[..., None])
_FORMER_OPTION = "standardiste.message.slot"


def _take_former_option(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        click.echo("`--slot` has a new name: --announcement", err=True)
        context.meta[_FORMER_OPTION] = value


def _announcement_option(command: Command) -> Command:
    """`--announcement`, and `--slot`, its former name."""
    former = click.option("--slot", hidden=True, expose_value=False, is_eager=True, callback=_take_former_option)
    option = click.option(
        "--announcement",
        default="daily",
        show_default=True,
        help="Which one; the plan names them.",
        callback=lambda context, _option, value: context.meta.get(_FORMER_OPTION, value),
    )
    return option(former(command))


@click.group
def message() -> None:
    """The message of the day, which callers hear on keys 3 and 4."""


@message.command
@click.argument("file", type=EXISTING_FILE)
@_announcement_option
@click.option("--from", "start", type=LOCAL_TIME, help="By the plan's clock; now when left out.")
@click.option("--until", type=LOCAL_TIME, help="By the plan's clock; until another message when left out.")
@click.option("--text", default="", help="What is said in it, for people who read.")
@click.pass_obj
def publish(
    installation: Installation, file: Path, announcement: str, start: datetime | None, until: datetime | None, text: str
) -> None:
    """Put FILE (wav, mp3, m4a, ogg, webm, flac) on air."""
    now = datetime.now(UTC)
    if _find_announcement(installation, announcement).approval is Approval.SECOND:
        raise click.ClickException("Here a second person approves each message; hand it in on the staff console.")
    period = AirPeriod(_to_utc(installation, start) or now, _to_utc(installation, until))
    version = publishing.publish(
        installation.database,
        installation.settings.messages,
        file,
        NewMessage(_find_announcement(installation, announcement).name, text, period, installation.os_user),
        at=now,
        max_seconds=_find_announcement(installation, announcement).max_seconds,
    )
    click.echo(f"This is version {version.id}. Callers hear:")
    for line in _describe_on_air(installation, announcement, now):
        click.echo(f"  {line}")


@message.command("list")
@_announcement_option
@click.pass_obj
def list_(installation: Installation, announcement: str) -> None:
    """Every version, newest first."""
    when_none = _find_announcement(installation, announcement).when_none_valid
    rows = publishing.list_versions(
        installation.database, installation.settings.messages, announcement, when_none=when_none, now=datetime.now(UTC)
    )
    if not rows:
        click.echo("No message has been published yet.", err=True)
    for row in rows:
        version = row.version
        until = _format_local(installation, version.valid_until) if version.valid_until else "replaced"
        missing = "" if row.playable else "  SOUND MISSING"
        click.echo(
            f"{version.id:>4}  {row.state:<20} {_format_local(installation, version.valid_from)} until {until}  "
            f"by {version.published_by}  {shorten(version.text, 40, placeholder=' …')}{missing}"
        )


@message.command
@click.argument("version", type=ID, required=False)
@_announcement_option
@click.pass_obj
def play(installation: Installation, version: int | None, announcement: str) -> None:
    """Play a version as callers hear it (8 kHz); the one on air when left out."""
    rows = publishing.list_versions(
        installation.database,
        installation.settings.messages,
        announcement,
        when_none=_find_announcement(installation, announcement).when_none_valid,
        now=datetime.now(UTC),
    )
    chosen = [row.version for row in rows if (row.version.id == version if version else row.state.startswith("on air"))]
    if not chosen:
        raise click.ClickException("There is no such version; `standardiste message list` shows them.")
    sound = publishing.sound_path(installation.settings.messages, chosen[0].audio).with_suffix(".wav")
    click.echo(f"Version {chosen[0].id}: {sound}")
    if not sound.exists():
        raise click.ClickException("The sound is gone from the disk; publish that message again.")
    player = ["ffplay", "-nodisp", "-autoexit", "-loglevel", "error", str(sound)]
    if subprocess.run(player, capture_output=True, check=False).returncode:
        raise click.ClickException("This machine cannot play sounds; copy that file to one that can.")


@message.command
@_announcement_option
@click.pass_obj
def rollback(installation: Installation, announcement: str) -> None:
    """Put the previous message back on air."""
    version = publishing.roll_back(
        installation.database,
        installation.settings.messages,
        _find_announcement(installation, announcement).name,
        by=installation.os_user,
        at=datetime.now(UTC),
    )
    click.echo(f"The previous message is back, as version {version.id}.")


def _find_announcement(installation: Installation, name: str) -> Announcement:
    if name not in installation.plan.announcements:
        raise click.UsageError(
            f"no announcement {name!r} in the plan; choose {', '.join(installation.plan.announcements)}"
        )
    return installation.plan.announcements[name]


def _describe_on_air(installation: Installation, announcement: str, now: datetime) -> Iterator[str]:
    """What callers hear from now on, change by change."""
    known = (
        message_versions.list_versions(installation.database, announcement),
        announcement,
        now,
        _find_announcement(installation, announcement).when_none_valid,
        blackout_periods.list_blackout_periods(installation.database),
    )
    for moment, heard in ((now, find_on_air(*known)), *list_upcoming_changes(*known)):
        when = "now" if moment == now else f"from {_format_local(installation, moment)}"
        past = " (past its end, for want of another)" if heard.stale else ""
        yield f"{when}: {f'version {heard.version.id}{past}' if heard.version else 'that there is no message'}"


def _to_utc(installation: Installation, local: datetime | None) -> datetime | None:
    return to_instant_or_exit(local, installation.plan.timezone) if local else None


def _format_local(installation: Installation, moment: datetime) -> str:
    return f"{moment.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M}"
