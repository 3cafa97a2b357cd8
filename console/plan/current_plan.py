"""The plan in force with its version, for pages that show or change it; others use `find_plan` of the context."""

from console.context import get_context
from records.plan import plan_versions
from records.plan.plan_versions import PlanVersion
from records.plan.reader import NoPlan, PlanInForce, PlanReader


def get_plan_in_force() -> PlanInForce:
    """The version in force and its plan, as they are now. Raises NoPlan, which becomes a 404 page."""
    return PlanReader(get_context().database).read()


def get_current_version() -> PlanVersion:
    """The version in force, whose text may be one that cannot be parsed. Raises NoPlan."""
    version = plan_versions.get_current_version(get_context().database)
    if version is None:
        raise NoPlan
    return version


def normalize_newlines(text: str) -> str:
    """The text with LF as line ends; browsers send CRLF."""
    return text.replace("\r\n", "\n")
