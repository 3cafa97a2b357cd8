"""What changes at overflow: when calls are handed over to an outside centre, and to which."""

from collections.abc import Iterator

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Inside,
    Notice,
    Table,
    after_colon,
    describe_fields,
    list_words,
    match_items,
    part_of,
    says_duration,
    says_nothing,
    says_renamed,
)
from console.plan.comparison.contract import CONTRACT
from console.plan.descriptions import describe_rule
from console.trunks.names import list_trunk_names
from routing.centres.contract import CentreContract
from routing.plan.model import OverflowCentre
from routing.plan.part_kinds import PartKind
from translations.message import translatable
from translations.web import gettext


def compare_overflow(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes at overflow."""
    notices = [
        *describe_fields(OVERFLOW, comparison.old.overflow, comparison.new.overflow, comparison),
        *_describe_contracts(comparison),
    ]
    yield from part_of(gettext("Overflow"), notices)


def _describe_rules(change: FieldChange) -> Iterator[str]:
    for rule in change.old:
        if rule not in change.new:
            yield gettext("No longer: %(rule)s", rule=after_colon(describe_rule(rule)))
    for rule in change.new:
        if rule not in change.old:
            yield gettext("From now on: %(rule)s", rule=after_colon(describe_rule(rule)))
    if sorted(map(str, change.old)) == sorted(map(str, change.new)):
        yield gettext("The reasons for overflow are looked at in another order.")


def _describe_centres(change: FieldChange) -> Iterator[str]:
    comparison = change.comparison
    found = match_items(change.old, change.new, lambda centre: centre.name)
    for centre in found.added:
        yield _describe_new_centre(comparison, centre)
    for centre in found.removed:
        yield gettext("The centre “%(name)s” will no longer take calls.", name=_title(comparison, centre))
    for before, after in found.kept:
        for notice in describe_fields(CENTRE, before, after, comparison):
            yield gettext(
                "Centre “%(name)s”: %(sentence)s", name=_title(comparison, after), sentence=after_colon(notice.text)
            )
    if found.is_reordered:
        names = [_title(comparison, centre) for centre in change.new]
        yield gettext("The centres will be tried in this order: %(names)s.", names=list_words(names))


def _describe_new_centre(comparison: Comparison, centre: OverflowCentre) -> str:
    name = _title(comparison, centre)
    if centre.number is None:
        return gettext("A new centre, “%(name)s”, will take calls, by a trunk of its own.", name=name)
    number = comparison.number(centre.number)
    return gettext("A new centre, “%(name)s”, will take calls at %(number)s.", name=name, number=number)


def _describe_contracts(comparison: Comparison) -> Iterator[Notice]:
    """The contract of each centre that stays or is new."""
    before = {centre.name: centre.contract for centre in comparison.old.overflow.centres}
    for centre in comparison.new.overflow.centres:
        old = before.get(centre.name, CentreContract())
        for notice in describe_fields(CONTRACT, old, centre.contract, comparison):
            sentence = gettext(
                "Contract with “%(name)s”: %(sentence)s", name=_title(comparison, centre), sentence=notice.text
            )
            yield Notice(sentence, noticed=notice.noticed)


def _title(comparison: Comparison, centre: OverflowCentre) -> str:
    return comparison.title(PartKind.CENTRE, centre.name)


def _describe_number(change: FieldChange) -> Iterator[str]:
    if change.new is None:
        yield gettext("it is no longer called by a number.")
    else:
        yield gettext("it will be called at %(number)s.", number=change.comparison.number(change.new))


def _describe_trunk(change: FieldChange) -> Iterator[str]:
    if change.new is None:
        yield gettext("calls will leave by our operator.")
    else:
        names = list_trunk_names(change.comparison.new)
        yield gettext("calls will leave by the trunk “%(name)s”.", name=names[change.new])


def _describe_caller_id(change: FieldChange) -> Iterator[str]:
    yield gettext("it will see the number %(number)s.", number=change.comparison.number(change.new))


OVERFLOW: Table = {"rules": _describe_rules, "centres": _describe_centres}
"""The describers of OverflowPlan."""

RULE: Table = {"trigger": says_nothing, "threshold": says_nothing}
"""A rule of OverflowRule is described as a whole."""

CENTRE: Table = {
    "name": says_nothing,
    "title": Inside(says_renamed),
    "number": _describe_number,
    "trunk": _describe_trunk,
    "caller_id": _describe_caller_id,
    "contract": says_nothing,  # described below the centres
    "ring_s": says_duration(translatable("it will ring for %(new)s instead of %(old)s.")),
}
"""The describers of OverflowCentre."""
