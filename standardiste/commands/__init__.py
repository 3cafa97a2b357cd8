"""One file for each noun of the command line, imported when one of its commands is used."""

from collections.abc import Mapping
from importlib import import_module

import click

MODULE_BY_COMMAND: Mapping[str, str] = {
    "server": "server",
    "prepare": "server",
    "call": "call",
    "calls": "call",
    "trace": "trace",
    "message": "message",
    "prompt": "prompt",
    "plan": "plan",
    "staff": "staff",
    "hours": "hours",
    "overflow": "overflow",
    "centre": "centre",
    "trunk": "trunk",
    "callback": "callback",
    "callbacks": "callback",
    "do-not-call": "do_not_call",
    "key": "key",
    "account": "account",
    "satisfaction": "satisfaction",
    "webhook": "webhook",
    "contact": "contact",
    "request": "request",
    "config": "config",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
    "purge": "purge",
    "guard": "guard",
    "serve-asterisk": "parts",
    "serve-calls": "parts",
    "serve-switch": "parts",
    "serve-public": "parts",
    "serve-centre": "parts",
    "serve-console": "parts",
    "serve-webhooks": "parts",
    "serve-live": "parts",
    "serve-metrics": "parts",
}
"""The module of each command."""


def load_command(name: str) -> click.Command | None:
    """The command `name`; None if there is none."""
    if name not in MODULE_BY_COMMAND:
        return None
    module = import_module(f"standardiste.commands.{MODULE_BY_COMMAND[name]}")
    return next(it for it in vars(module).values() if isinstance(it, click.Command) and it.name == name)
