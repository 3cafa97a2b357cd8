"""The comparison of two texts of the plan, as pages show it."""

from console.context import get_context
from console.plan.comparison.whole import PlanChanges, compare_plans
from console.plan.current_plan import normalize_newlines
from routing.plan.errors import PlanError
from routing.plan.parsing import parse_plan


def compare_texts(old: str, new: str) -> PlanChanges | None:
    """What changes from one text to another, as of today; None when one of them is no plan that can be read now."""
    try:
        before, after = (parse_plan(normalize_newlines(text)) for text in (old, new))
    except PlanError:
        return None
    today = get_context().clock().astimezone(after.timezone).date()
    return compare_plans(before, after, today)
