"""The purge of what is older than the plan's retention."""

from datetime import UTC, datetime

import click

from standardiste.commands.options import DRY_RUN
from standardiste.installation import Installation
from standardiste.personal_data import purging


@click.command
@DRY_RUN
@click.pass_obj
def purge(installation: Installation, dry_run: bool) -> None:
    """Delete what identifies people and is older than the plan's `retention`; the server does it every night."""
    now = datetime.now(UTC)
    report = purging.purge(installation.settings, installation.database, installation.plan, now=now, dry_run=dry_run)
    for name, count in report.counts().items():
        click.echo(f"{count:>8}  {_WORDS[name]}")


_WORDS = {
    "calls": "calls without their caller",
    "requests": "requests and callbacks without name, number and note",
    "voicemails": "voice messages deleted",
    "interactions": "entries of histories without their contact",
    "consents": "consents deleted",
    "contacts": "contact cards deleted",
    "lines": "telephone numbers deleted",
    "surveys": "satisfaction surveys without whose they were and their words",
    "change_values": "changes of cards that no longer say what was written",
    "files": "files deleted that nothing refers to",
    "kept_open": "older requests kept, because nobody has resolved them",
}
