"""The checks of `doctor` for the plan's rules about requests: whether there is anybody whom they name."""

from collections.abc import Iterator
from datetime import datetime

from records.check_result import CheckResult
from routing.access.permissions import Role
from routing.plan.model import Plan
from routing.request_rules import MEDIATION_LEVEL, EscalationAudience
from standardiste.doctor.plan_findings import Team, advice
from translations.message import OwnText, translatable


def check_requests(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    """Levels of topics and rules of escalation that lead to nobody."""
    yield from _check_escalation(plan, team)
    for topic in plan.requests.topics:
        if topic.level == MEDIATION_LEVEL and not any(user.role is Role.MEDIATOR for user in team.users):
            message = translatable(
                "Requests about “%(topic)s” are for the mediator alone, and nobody is one: nobody would see them.",
                topic=OwnText(topic.title),
            )
            remedy = translatable("Give somebody the role of a mediator in the console (People), or change the topic.")
            yield CheckResult("plan: requests", False, message, remedy)


def _check_escalation(plan: Plan, team: Team) -> Iterator[CheckResult]:
    names = (None, *(topic.name for topic in plan.requests.topics))
    told = {rule.audience for name in names if (rule := plan.requests.find_escalation(name))}
    if EscalationAudience.SUPERVISORS in told and not any(user.role is Role.SUPERVISOR for user in team.users):
        yield advice(
            "plan: requests",
            translatable("Supervisors are to be told of requests that are long overdue, and nobody is one."),
            translatable("Give somebody the role of a supervisor in the console (People), or tell others."),
        )
    for topic in plan.requests.topics:
        if topic.escalate_h is not None and topic.level == MEDIATION_LEVEL:
            yield advice(
                "plan: requests",
                translatable(
                    "Requests about “%(topic)s” are the mediator's already; the rule by which they go up is not used.",
                    topic=OwnText(topic.title),
                ),
            )
