"""Backups, and restoring one."""

from datetime import UTC, datetime
from pathlib import Path

import click

from records.restore import marks_file
from records.retention import erasure_ledger
from standardiste.backup import backups
from standardiste.backup import restore as restoring
from standardiste.backup.archive import Manifest
from standardiste.commands.options import EXISTING_FILE
from standardiste.installation import Installation
from standardiste.parts import server


@click.command
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--with-secrets", is_flag=True, help="Include the passwords of the settings, and the key of trunks' passwords."
)
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
    if not with_secrets and _has_passwords(installation):
        click.echo(
            f"The passwords of trunks in it are encrypted. Keep a copy of {installation.settings.trunk_key_file} in "
            "another place than the backups: without it, these passwords have to be typed again."
        )


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
        restored = restoring.restore_backup(settings, file, datetime.now(UTC))
    click.echo(
        f"Restored into {settings.var}: {_describe(restored.manifest)}.\n"
        f"The settings of that machine are in {settings.var / restoring.RESTORED_SETTINGS}, for comparison.\n"
        "Start the server (script/server), then: standardiste doctor --call"
    )
    if restored.erased_again:
        click.echo(f"People who were erased after the backup was made are erased again: {restored.erased_again}.")
    if not restored.has_ledger:
        click.echo(
            f"There is no {erasure_ledger.FILE_NAME} beside the backup: whoever was erased after it was made is back. "
            "The file is in the folder of backups of the old machine: put it beside the backup, and restore "
            "into another empty folder."
        )
    if not restored.has_marks:
        click.echo(
            f"There is no {marks_file.FILE_NAME} beside the backup: numbers of cards that were given after it was "
            "made may be given to other people, and who has since asked not to be called, or not to be asked about "
            "their satisfaction, is not known."
        )
    if not settings.trunk_key_file.exists():
        click.echo(
            f"The backup holds no key of trunks' passwords. If trunks have passwords, put the copy of the key file at "
            f"{settings.trunk_key_file} before the start (or later: standardiste trunk import-key FILE), or type the "
            "passwords again. Everything else works without it."
        )


def _has_passwords(installation: Installation) -> bool:
    return any(trunk.user for trunk in installation.trunks.values())


def _describe(manifest: Manifest) -> str:
    made = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
    return f"version {manifest.version} of {made}, {len(manifest.files)} files, {manifest.size / 1e6:.1f} MB unpacked"
