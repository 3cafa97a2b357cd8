"""Checks of how many calls this machine takes at once: ports, sessions, open files, and the calls that were refused."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from records.call_events import RefusalReason
from records.calls import refusals
from records.check_result import CheckResult
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from standardiste import capacity
from standardiste.installation import Installation
from standardiste.settings import Settings
from translations.message import Message, translatable

REPORTED_FOR = timedelta(days=1)

_REMEDIES: dict[RefusalReason, Message] = {
    RefusalReason.FULL: translatable(
        "As many callers as `calls_at_once` allows were here: raise it, and `rtp_last` with it, or add agents."
    ),
    RefusalReason.OVERLOADED: translatable(
        "New calls arrived faster than this machine sets them up: give it more processors, or run nothing else on it."
    ),
    RefusalReason.HALF_OPEN: translatable(
        "Many calls from one address had no sound from the caller: ask the operator, or raise `half_open_calls`. If the"
        " operator did not place them, somebody forges its address: use TLS, or the operator's own link."
    ),
}


def checks(installation: Installation, at: datetime) -> Iterator[CheckResult]:
    """Whether the settings carry the calls that they promise, and how many were refused. Raises RecordsError."""
    settings = installation.settings
    yield check_ports(settings)
    yield from check_sessions(settings)
    yield from check_open_files(settings, capacity.max_open_files())
    if settings.when_full == "overflow" and not installation.plan.overflow.centres:
        yield CheckResult(
            "capacity: overflow",
            False,
            translatable("The plan has no overflow centre for calls beyond the limits: they are refused."),
            translatable("Add a centre to the plan's `overflow`, or set when_full to refuse."),
        )
    yield from check_centres(settings, installation.plan)
    yield from _check_refusals(installation, at)


def check_centres(settings: Settings, plan: Plan) -> Iterator[CheckResult]:
    """Whether the contract of a centre promises it more calls at once than this machine carries."""
    most = capacity.calls_that_fit(settings)
    for centre in plan.overflow.centres:
        if centre.contract.capacity > most:
            yield CheckResult(
                "capacity: centres",
                True,
                translatable(
                    "The centre “%(name)s” may get %(count)s calls at once; this machine carries %(most)s in all.",
                    name=find_title(plan, PartKind.CENTRE, centre.name),
                    count=centre.contract.capacity,
                    most=most,
                ),
                translatable("Raise `calls_at_once` and `rtp_last`, or write fewer calls at once in the contract."),
            )


def check_ports(settings: Settings) -> CheckResult:
    """Compares the RTP ports with `calls_at_once` and the telephones."""
    fit = capacity.calls_that_fit(settings)
    message = translatable(
        "The ports %(first)s to %(last)s carry %(fit)s calls at once; calls_at_once is %(wanted)s.",
        first=settings.rtp_first,
        last=settings.rtp_last,
        fit=fit,
        wanted=settings.calls_at_once,
    )
    if fit >= settings.calls_at_once:
        return CheckResult("capacity: ports", True, message)
    return CheckResult(
        "capacity: ports",
        False,
        message,
        translatable(
            "Set rtp_last to %(last)s or more, open these ports, and restart; or set calls_at_once to %(fit)s.",
            last=capacity.rtp_last_for(settings),
            fit=fit,
        ),
    )


def check_sessions(settings: Settings) -> Iterator[CheckResult]:
    """Reports too few conversations for the callers, agents and callbacks."""
    needed = capacity.needed_agi_sessions(settings)
    if settings.agi_threads < needed:
        yield CheckResult(
            "capacity: conversations",
            False,
            translatable("Only %(threads)s conversations at once are allowed.", threads=settings.agi_threads),
            translatable("Set agi_threads to %(needed)s or more, and restart the server.", needed=needed),
        )


def check_open_files(settings: Settings, allowed: int) -> Iterator[CheckResult]:
    """Reports a limit of open files (RLIMIT_NOFILE) that Asterisk reaches before the ports are used up."""
    needed = capacity.needed_files(settings)
    if allowed < needed:
        yield CheckResult(
            "capacity: open files",
            False,
            translatable("A process may open %(allowed)s files: too few for the calls.", allowed=allowed),
            translatable("Raise the limit to %(needed)s (LimitNOFILE of systemd, --ulimit nofile).", needed=needed),
        )


def _check_refusals(installation: Installation, at: datetime) -> Iterator[CheckResult]:
    counts: Counter[RefusalReason] = Counter()
    for (_, reason), calls in refusals.count_refusals(installation.database, at - REPORTED_FOR, at).items():
        counts[RefusalReason(reason)] += calls
    for reason, calls in counts.items():
        name = f"capacity: refused ({reason})"
        message = translatable("%(calls)s calls were refused in the last 24 hours.", calls=calls)
        yield CheckResult(name, False, message, _REMEDIES[reason])
