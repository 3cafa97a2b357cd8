"""Checks of our processes: whether each runs, and whether it is alive."""

from collections.abc import Iterator

from records.check_result import CheckResult
from standardiste.parts import heartbeat, supervisord_control
from standardiste.parts.guard import ASTERISK, HEARTBEAT_BY_PART
from standardiste.settings import Settings
from translations.message import translatable


def check_part_states(settings: Settings) -> Iterator[CheckResult]:
    """The states that our own supervisor reports; systemd and container engines report theirs themselves."""
    parts = supervisord_control.list_part_states(settings)
    if not parts:
        yield from _check_missing_parts(settings)
    for part, state in parts.items():
        if state == supervisord_control.SUPERVISOR_FROZEN:
            yield _frozen_supervisor_check(part, settings)
        elif state == "RUNNING":
            yield CheckResult(f"part {part}", True, translatable("The part `%(part)s` runs.", part=part))
        else:
            log = settings.log / f"{part}.log"
            yield CheckResult(
                f"part {part}",
                False,
                translatable("The part `%(part)s` does not run (%(state)s).", part=part, state=state),
                translatable("Read %(log)s.", log=log),
            )


def check_heartbeats(settings: Settings) -> Iterator[CheckResult]:
    """Whether each part beats, whatever runs it."""
    for beat in heartbeat.read_heartbeats(settings.heartbeats):
        name = f"heartbeat {beat.part}"
        if beat.is_late:
            yield CheckResult(
                name,
                False,
                translatable("The part `%(part)s` gives no sign of life: it is dead or frozen.", part=beat.part),
                translatable("Restart it; its log is in %(log)s.", log=settings.log),
            )
        else:
            yield CheckResult(name, True, translatable("The part `%(part)s` is alive.", part=beat.part))


def _check_missing_parts(settings: Settings) -> Iterator[CheckResult]:
    """Parts that have never run here. Asterisk itself is checked elsewhere."""
    lived = {beat.part for beat in heartbeat.read_heartbeats(settings.heartbeats)} | {HEARTBEAT_BY_PART[ASTERISK]}
    expected = {part: heart for part, heart in HEARTBEAT_BY_PART.items() if part in settings.parts}
    if missing := ", ".join(part for part, heart in expected.items() if heart not in lived):
        yield CheckResult(
            "parts",
            False,
            translatable("Never started here: %(missing)s.", missing=missing),
            translatable("Have whoever runs the parts (script/server, systemd, containers) start these too."),
        )


def _frozen_supervisor_check(supervisor: str, settings: Settings) -> CheckResult:
    kill = f"kill -9 $(cat {settings.var}/supervisor.pid)"
    return CheckResult(
        f"part {supervisor}",
        False,
        translatable("The supervisor gives no answer: it is frozen, and nobody starts again what dies."),
        translatable("%(kill)s; the server ends with it: start it again.", kill=kill),
    )
