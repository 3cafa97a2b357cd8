"""Whether the parts of an installation serve callers and staff."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import agi.checks
from ami.leader import SWITCH_LEASE
from records import leases
from standardiste.installation import Installation
from standardiste.parts.web_server import is_part_healthy
from standardiste.settings import Settings

POLL_S = 0.1


def find_unready_part(settings: Settings, timeout_s: float) -> str | None:
    """Waits until every part is ready; None then, or after `timeout_s` seconds the first part that is not."""
    deadline = time.monotonic() + timeout_s
    installation = Installation(settings)
    pending = list_readiness_probes(installation)
    try:
        while pending and time.monotonic() < deadline:
            if pending[0][1]():
                pending.pop(0)
            else:
                time.sleep(POLL_S)
    finally:
        installation.close()
    return pending[0][0] if pending else None


def list_readiness_probes(installation: Installation) -> list[tuple[str, Callable[[], bool]]]:
    """Each part that callers or staff need, and a function that says whether it is ready."""
    settings = installation.settings
    probes: list[tuple[str, Callable[[], bool]]] = [
        ("asterisk", lambda: installation.asterisk_cli.is_booted()),
        ("calls", lambda: all(check.ok for check in agi.checks.check_fastagi_server(settings.agi_port))),
        ("switch", lambda: leases.is_held(installation.switch_leases, SWITCH_LEASE, datetime.now(UTC))),
        ("public", lambda: is_part_healthy(settings.health_socket("public"))),
        ("console", lambda: is_part_healthy(settings.health_socket("console"))),
        ("live", lambda: is_part_healthy(settings.health_socket("live"))),
    ]
    return [(part, is_ready) for part, is_ready in probes if part in settings.parts]
