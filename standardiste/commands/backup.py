"""Backups, and restoring one."""

from datetime import UTC, datetime
from pathlib import Path

import click

from standardiste.backup import backups
from standardiste.backup import restore as restoring
from standardiste.backup.archive import Manifest
from standardiste.commands.options import EXISTING_FILE
from standardiste.installation import Installation
from standardiste.parts import server


@click.command
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-secrets", is_flag=True, help="Include the passwords of the settings file.")
@click.pass_obj
def backup(installation: Installation, file: Path | None, with_secrets: bool) -> None:
    """Write everything that cannot be made again to FILE, while calls go on.

    Without FILE it goes to the folder of backups, of which the newest are kept (settings backup_folder, backups_kept).
    It contains people's numbers and voices, and the passwords of telephones.
    """
    at = datetime.now(UTC)
    if file:
        manifest = backups.create_backup(installation, file, with_secrets=with_secrets, at=at)
    else:
        file, manifest = backups.create_rotated_backup(installation, with_secrets=with_secrets, at=at)
    click.echo(f"{file}  {_describe(manifest)}, {file.stat().st_size / 1e6:.1f} MB")


@click.command
@click.argument("file", type=EXISTING_FILE)
@click.option("--dry-run", is_flag=True, help="Verify it, say what would happen, and change nothing.")
@click.pass_obj
def restore(installation: Installation, file: Path, dry_run: bool) -> None:
    """Restore the backup FILE onto an empty installation."""
    settings = installation.settings
    if dry_run:
        manifest = restoring.check_restorable(settings, file)
        click.echo(f"{file} is whole and can be restored into {settings.var}: {_describe(manifest)}.")
        return
    with server.server_lock(settings):
        manifest = restoring.restore_backup(settings, file, datetime.now(UTC))
    click.echo(
        f"Restored into {settings.var}: {_describe(manifest)}.\n"
        f"The settings of that machine are in {settings.var / restoring.RESTORED_SETTINGS}, for comparison.\n"
        "Start the server (script/server), then: standardiste doctor --call"
    )


def _describe(manifest: Manifest) -> str:
    made = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
    return f"version {manifest.version} of {made}, {len(manifest.files)} files, {manifest.size / 1e6:.1f} MB unpacked"
