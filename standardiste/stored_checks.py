"""Results of checks in a file, as they are looked up by others: with their texts, in no language yet."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from records.check_result import CheckResult
from translations.message import Message


@dataclass(frozen=True, slots=True)
class StoredChecks:
    """The results of checks that were made at that time; `of` names what was checked."""

    at: datetime
    results: tuple[CheckResult, ...]
    of: str = ""


def save_checks(file: Path, checks: StoredChecks) -> None:
    """Replaces the file at once. Raises OSError."""
    results = [_to_json(one) for one in checks.results]
    content = {"at": checks.at.isoformat(), "of": checks.of, "results": results}
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_text(json.dumps(content, ensure_ascii=False))
    os.replace(new, file)


def load_checks(file: Path) -> StoredChecks | None:
    """The checks; None when there is no such file, or it holds something else."""
    try:
        content = json.loads(file.read_text())
        results = tuple(_from_json(one) for one in content["results"])
        return StoredChecks(datetime.fromisoformat(content["at"]), results, content["of"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _to_json(result: CheckResult) -> Mapping[str, object]:
    message, remedy = _fields(result.message), _fields(result.remedy) if result.remedy else None
    return {"name": result.name, "ok": result.ok, "message": message, "remedy": remedy}


def _fields(message: Message) -> dict[str, object]:
    return {
        "text": message.text,
        "values": {name: _value(value) for name, value in message.values.items()},
        "plural": message.plural,
        "count": message.count,
        "context": message.context,
    }


def _value(value: object) -> object:
    if isinstance(value, Message):
        return {"message": _fields(value)}
    return value if isinstance(value, (int, float)) else str(value)


def _from_json(content: Mapping[str, Any]) -> CheckResult:
    remedy = _message(content["remedy"]) if content["remedy"] else None
    return CheckResult(content["name"], content["ok"], _message(content["message"]), remedy)


def _message(fields: Mapping[str, Any]) -> Message:
    values = {
        name: _message(value["message"]) if isinstance(value, dict) else value
        for name, value in fields["values"].items()
    }
    return Message(**{**fields, "values": values})
