"""Where a form leads after it was saved: back to the step of the first run from which it was opened."""

from flask import session as cookie
from flask import url_for

STEP_KEY = "first_step"
"""The key of the cookie for the step of the first run that was opened last in this browser."""


def after_saving(default: str) -> str:
    """The page to show after something was saved: the step that led to its form, or else `default`."""
    step = cookie.get(STEP_KEY)
    return url_for("first_steps.show_step", name=step) if isinstance(step, str) else default
