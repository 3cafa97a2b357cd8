"""The checks of `doctor` for the plan's questions about satisfaction."""

from collections.abc import Iterator
from datetime import datetime

from records.check_result import CheckResult
from routing.numbers import format_number
from routing.plan.model import Plan
from standardiste.doctor.plan_findings import Team, advice
from translations.message import translatable


def check_satisfaction(plan: Plan, team: Team, at: datetime) -> Iterator[CheckResult]:
    """Numbers on which nobody is asked, words that are kept for longer than voices, questions that nobody hears."""
    rules = plan.satisfaction
    if not rules.is_on:
        if rules.questions:
            yield advice(
                "plan: satisfaction",
                translatable("There are questions about satisfaction, and no caller is asked any."),
                translatable("Choose a share of the calls in the console (Call plan, Satisfaction)."),
            )
        return
    if all(number.surcharged for number in plan.numbers):
        numbers = ", ".join(format_number(number.e164, plan.country) for number in plan.numbers)
        yield advice(
            "plan: satisfaction",
            translatable(
                "Callers are to be asked what they think of a call, and all numbers are surcharged: nobody is asked on"
                " %(numbers)s.",
                numbers=numbers,
            ),
        )
    if rules.record_words and plan.retention.satisfaction > plan.retention.voicemail:
        yield advice(
            "plan: satisfaction",
            translatable(
                "What callers say about their satisfaction is kept for %(days)s days, longer than voice messages.",
                days=plan.retention.satisfaction,
            ),
            translatable("Change the days in the console (Call plan, How long data are kept)."),
        )
