"""A call from this machine to itself, as the public would place it, whose greeting is recognized."""

from collections.abc import Mapping
from pathlib import Path

from caller.phone import PhoneError
from caller.scripted_call import Hangup, place_call
from records.check_result import CheckResult
from routing.numbers import format_number
from routing.sentences import greeting_prompt_key
from standardiste.installation import Installation
from translations.message import Message, translatable, translatable_in_context

CALL_TIMEOUT_S = 20.0
SLOW_ANSWER_S = 2.0


def check_call(installation: Installation, sounds: Mapping[str, Path]) -> CheckResult:
    """Whether the plan's first number answers in time with its greeting; takes a few seconds."""
    number = installation.plan.numbers[0]
    dialled = format_number(number.landing_numbers[0], installation.plan.country).replace(" ", "")
    greeting = Hangup(during=greeting_prompt_key(number), timeout=CALL_TIMEOUT_S)
    try:
        report = place_call(
            f"sip:{dialled}@{installation.settings.sip_local_address}",
            script=[greeting],
            prompts=sounds,
            max_seconds=CALL_TIMEOUT_S,
        )
    except PhoneError as error:
        return _failed_check(translatable_in_context("test call", "%(error)s", error=error))
    if report.answered_s is None:
        return _failed_check(translatable("A call to ourselves is not answered."))
    if report.missed_steps:
        return _failed_check(translatable("A call to ourselves hears no greeting."))
    if report.answered_s > SLOW_ANSWER_S:
        return _failed_check(
            translatable(
                "A call to ourselves is answered after %(seconds)s s only.", seconds=round(report.answered_s, 1)
            )
        )
    return CheckResult(
        "call",
        True,
        translatable(
            "A call to ourselves is answered after %(seconds)s s, and hears the greeting.",
            seconds=round(report.answered_s, 2),
        ),
    )


def _failed_check(message: Message) -> CheckResult:
    return CheckResult(
        "call",
        False,
        message,
        translatable("Fix what is wrong above; this machine must be among `trunk_addresses`."),
    )
