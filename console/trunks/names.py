"""What people call the trunks that a plan can name; never the name by which it names them."""

from collections.abc import Mapping, Sequence

from console.context import get_context
from records import trunks
from routing.plan.model import Plan
from translations.message import translatable
from web.language import translate

REMOVED = translatable("%(trunk)s (removed)")
NOT_SET_UP = translatable("A line that is not set up")
"""What only the plan names; nobody has given it a name."""
NOT_SET_UP_NUMBERED = translatable("A line that is not set up (%(number)s)")


def list_trunk_names(plan: Plan) -> Mapping[str, str]:
    """By the name in the plan, the trunks that there are, behind those that the plan alone still names."""
    stored = trunks.list_labels(get_context().database)
    there = {each.name: each.label for each in stored if not each.is_removed}
    removed = {each.name: each.label for each in stored if each.is_removed}
    named = dict.fromkeys(centre.trunk for centre in plan.overflow.centres if centre.trunk)
    return {**_name_those_gone([name for name in named if name not in there], removed), **there}


def _name_those_gone(names: Sequence[str], removed: Mapping[str, str]) -> Mapping[str, str]:
    unknown = [name for name in names if name not in removed]
    words = NOT_SET_UP if len(unknown) == 1 else NOT_SET_UP_NUMBERED
    numbered = {name: translate(words, number=number) for number, name in enumerate(unknown, 1)}
    return {name: translate(REMOVED, trunk=removed[name]) if name in removed else numbered[name] for name in names}
