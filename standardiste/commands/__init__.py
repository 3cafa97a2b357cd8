"""One file per noun of the command line, read when one of its commands is typed: no process starts with all of them."""

from collections.abc import Mapping
from importlib import import_module

import click

WHERE: Mapping[str, str] = {
    "server": "serve",
    "prepare": "serve",
    "call": "calls",
    "calls": "calls",
    "trace": "trace",
    "message": "message",
    "prompt": "prompt",
    "plan": "plan",
    "staff": "staff",
    "hours": "hours",
    "overflow": "overflow",
    "trunk": "trunk",
    "callback": "callback",
    "callbacks": "callback",
    "key": "key",
    "account": "account",
    "webhook": "webhook",
    "contact": "contact",
    "request": "request",
    "config": "config",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
    "guard": "guard",
    "serve-asterisk": "parts",
    "serve-calls": "parts",
    "serve-switch": "parts",
    "serve-public": "parts",
    "serve-console": "parts",
    "serve-webhooks": "parts",
    "serve-metrics": "parts",
}
"""The file of each command."""


def command(name: str) -> click.Command | None:
    """The command typed as `name`."""
    if name not in WHERE:
        return None
    module = import_module(f"standardiste.commands.{WHERE[name]}")
    return next(it for it in vars(module).values() if isinstance(it, click.Command) and it.name == name)
