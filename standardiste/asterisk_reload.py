"""Renders Asterisk's files from the current database, and makes a running Asterisk read them."""

from records.staff import agents
from routing.plan.model import Plan
from standardiste.installation import Installation
from standardiste.switchboard import asterisk_config


def render_asterisk_config(installation: Installation, plan: Plan | None = None) -> None:
    """Writes Asterisk's files from `plan`, by default the plan in force. Raises RecordsError, AsteriskNotFound."""
    asterisk_config.render_config(
        installation.settings,
        installation.asterisk,
        plan or installation.plan,
        agents.list_sip_accounts(installation.database),
    )


def reload_asterisk(installation: Installation, plan: Plan | None = None) -> None:
    """Like `render_asterisk_config`, then Asterisk reads the files, if it runs; calls in progress are not disturbed."""
    render_asterisk_config(installation, plan)
    installation.asterisk_cli.reload()
