"""The check of the test telephone."""

from __future__ import annotations

from caller.phone import Phone, PhoneError
from records.check_result import CheckResult
from translations.message import translatable, translatable_in_context


def checks() -> tuple[CheckResult, ...]:
    """Whether test calls can be placed from this machine: baresip is installed and starts. Takes about 0.1 s."""
    try:
        with Phone(max_seconds=5):
            return (CheckResult("outside caller", True, translatable("baresip starts: test calls can be placed.")),)
    except PhoneError as error:
        return (
            CheckResult(
                "outside caller",
                False,
                translatable_in_context("no test call possible", "%(error)s", error=error),
                translatable("Run `apt-get install baresip-core`, then `doctor` again."),
            ),
        )
