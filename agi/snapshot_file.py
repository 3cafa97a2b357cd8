"""The file with the last configuration snapshot, for a worker that starts while the database is unavailable."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from records.staff.agents import Agent
from routing.messages import BlackoutPeriod, MessageVersion
from routing.overrides import Override

# Field names that version 0.1 wrote, and those that replace them; a file with either can be read.
_RENAMED_FIELDS = {
    "seconds": "audio_seconds",
    "staff": "agents",
    "switches": "overrides",
    "talk_s": "handling_time_s",
    "embargoes": "blackout_periods",
}
_RENAMED_AGENT_FIELDS = {"phone": "sip_account"}
_RENAMED_OVERRIDE_FIELDS = {"on": "active"}
_RENAMED_MESSAGE_FIELDS = {"slot": "announcement", "embargo": "blackout_period"}


@dataclass(frozen=True)
class StoredSnapshot:
    """A `ConfigSnapshot` as JSON holds it: `plan` is the plan's text; the agents' SIP passwords are left out."""

    plan: str
    plan_version: int
    messages: dict[str, tuple[MessageVersion, ...]]
    audio_seconds: dict[str, float]
    agents: dict[str, Agent]
    overrides: tuple[Override, ...]
    handling_time_s: float
    blackout_periods: tuple[BlackoutPeriod, ...] = ()
    has_outbound_trunk: bool = True


_ADAPTER = TypeAdapter(StoredSnapshot)


def save(file: Path, snapshot: StoredSnapshot) -> None:
    """Replaces the file atomically. Raises OSError; the file is then as it was."""
    agents = {account: replace(agent, password="") for account, agent in snapshot.agents.items()}
    new = file.with_suffix(f".{os.getpid()}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
            writing.write(_ADAPTER.dump_json(replace(snapshot, agents=agents)))
            writing.flush()
            os.fsync(writing.fileno())
        os.replace(new, file)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def load(file: Path) -> StoredSnapshot:
    """The snapshot that was saved, also by version 0.1. Raises OSError without a file, ValueError for other content."""
    try:
        stored = json.dumps(_rename_fields(json.loads(file.read_bytes())))
    except (AttributeError, TypeError):
        raise ValueError("The file holds no configuration snapshot.") from None
    return _ADAPTER.validate_json(stored)


def _rename_fields(stored: dict[str, Any]) -> dict[str, Any]:
    renamed = _rename(stored, _RENAMED_FIELDS)
    _rename_each(renamed.get("agents", {}).values(), _RENAMED_AGENT_FIELDS)
    renamed["overrides"] = _read_overrides(renamed.get("overrides", ()))
    for versions in renamed.get("messages", {}).values():
        _rename_each(versions, _RENAMED_MESSAGE_FIELDS)
    return renamed


def _read_overrides(overrides: Any) -> list[dict[str, Any]]:
    """Versions 0.1 and 0.2 wrote one of each name, switched on or off, for all numbers and without an end."""
    if not isinstance(overrides, dict):
        return list(overrides)
    former = [_rename(fields, _RENAMED_OVERRIDE_FIELDS) for fields in overrides.values()]
    kept = ("name", "by", "since", "note")
    return [{name: fields[name] for name in kept if name in fields} for fields in former if fields.get("active")]


def _rename_each(objects: Iterable[dict[str, Any]], new_names: dict[str, str]) -> None:
    for fields in objects:
        renamed = _rename(fields, new_names)
        fields.clear()
        fields.update(renamed)


def _rename(fields: dict[str, Any], new_names: dict[str, str]) -> dict[str, Any]:
    return {new_names.get(name, name): value for name, value in fields.items()}
