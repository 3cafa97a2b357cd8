"""The checks of `doctor` for what the plan says of the team: ranks, times, what follows a call, reasons for a break."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from records.check_result import CheckResult
from routing.plan.model import OTHER_LANGUAGES_LEVEL, Plan
from standardiste.doctor.plan_findings import Team, advice
from translations.message import translatable


def check_staff(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    """What cannot be kept of it, or has no effect."""
    yield from _check_ranks(plan, team)
    yield from _check_waits(plan)
    yield from _check_wrapups(plan)
    yield from _check_pause_reasons(plan)


def _check_ranks(plan: Plan, team: Team) -> Iterator[CheckResult]:
    ranks = {agent.rank for agent in team.agents}
    for step in plan.staff.escalation:
        if team.agents and step.level != OTHER_LANGUAGES_LEVEL and step.level not in ranks:
            yield advice(
                "plan: staff",
                translatable("Agents of rank %(rank)s are waited for, and there is none.", rank=step.level),
            )


def _check_waits(plan: Plan) -> Iterator[CheckResult]:
    if plan.staff.max_wait_s < plan.staff.ring_s:
        yield advice(
            "plan: staff",
            translatable(
                "Callers wait for %(wait)s s at most, while one telephone rings for %(ring)s s: they are led away "
                "while it rings.",
                wait=plan.staff.max_wait_s,
                ring=plan.staff.ring_s,
            ),
        )
    if plan.staff.answer_within_s > plan.staff.max_wait_s:
        yield advice(
            "plan: staff",
            translatable(
                "Every answer is in time for the service level: it counts those within %(within)s s, and nobody waits"
                " longer than %(wait)s s.",
                within=plan.staff.answer_within_s,
                wait=plan.staff.max_wait_s,
            ),
        )


def _check_wrapups(plan: Plan) -> Iterator[CheckResult]:
    if plan.staff.more_wrapup_s and not plan.staff.wrapup_s:
        yield advice(
            "plan: staff",
            translatable("Agents may lengthen the wrap-up after a call (more_wrapup_s), and there is none (wrapup_s)."),
        )
    if plan.staff.outcome_required and not plan.staff.wrapup_s:
        yield advice(
            "plan: staff",
            translatable(
                "Agents must say what became of a call (outcome), and have no time for it after the call (wrapup_s):"
                " each call leaves a request."
            ),
        )


def _check_pause_reasons(plan: Plan) -> Iterator[CheckResult]:
    for code in plan.languages:
        titles = Counter(title.in_language(code).casefold() for title in plan.staff.pause_titles.values())
        for title in [title for title, count in titles.items() if count > 1]:
            yield advice(
                "plan: staff",
                translatable(
                    "Several reasons for a break are called “%(name)s”; nobody can tell them apart.", name=title
                ),
            )
