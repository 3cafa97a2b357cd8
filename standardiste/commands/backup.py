"""Backups, and what is made of one."""

from datetime import UTC, datetime
from pathlib import Path

import click

from standardiste import backup as backups
from standardiste import restore as restoring
from standardiste import server
from standardiste.archive import Manifest
from standardiste.installation import Installation


@click.command
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-secrets", is_flag=True, help="Keep the passwords of the settings file too.")
@click.pass_obj
def backup(house: Installation, file: Path | None, with_secrets: bool) -> None:
    """Write everything that cannot be made again to FILE, while calls go on.

    Without FILE it goes to the folder of backups, of which the newest are kept (settings backup_folder, backups_kept).
    It holds people's numbers and voices, and the telephones' passwords.
    """
    at = datetime.now(UTC)
    if file:
        made = backups.make(house, file, with_secrets=with_secrets, at=at)
    else:
        file, made = backups.make_next(house, with_secrets=with_secrets, at=at)
    click.echo(f"{file}  {_told(made)}, {file.stat().st_size / 1e6:.1f} MB")


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Verify it, say what would happen, and change nothing.")
@click.pass_obj
def restore(house: Installation, file: Path, dry_run: bool) -> None:
    """Put the backup FILE back, onto an empty installation."""
    settings = house.settings
    if dry_run:
        manifest = restoring.check(settings, file)
        click.echo(f"{file} is whole and can be restored into {settings.var}: {_told(manifest)}.")
        return
    with server.alone(settings):
        manifest = restoring.restore(settings, file, datetime.now(UTC))
    click.echo(
        f"Restored into {settings.var}: {_told(manifest)}.\n"
        f"The settings of that machine are in {settings.var / restoring.RESTORED_SETTINGS}, for comparison.\n"
        "Start the server (script/server), then: standardiste doctor --call"
    )


def _told(manifest: Manifest) -> str:
    made = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
    return f"version {manifest.version} of {made}, {len(manifest.files)} files, {manifest.size / 1e6:.1f} MB unpacked"
