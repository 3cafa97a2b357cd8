"""The roles as the pages of people explain them: what each lets somebody see and do."""

from dataclasses import dataclass

from routing.access.permissions import ROLE_PERMISSIONS, SECOND_FACTOR_ROLES, Role
from routing.access.role_names import PERMISSION_LABELS, ROLE_LABELS, describe_role
from translations.message import Message, translatable

_NOTHING = translatable("nothing here yet")
_SECOND_FACTOR = translatable("logs in with two-factor authentication")
_ALL_OF = translatable("everything that “%(role)s” may do")
_SAME_AS = translatable("the same as “%(role)s”")


@dataclass(frozen=True, slots=True)
class RoleExplanation:
    """`abilities`: each that the role has; `summary`: the same, as what it adds to a smaller role."""

    role: Role
    name: Message
    abilities: tuple[Message, ...]
    summary: tuple[Message, ...]


def explain_roles() -> tuple[RoleExplanation, ...]:
    """Every role with what it may do, from the table of permissions itself."""
    return tuple(
        RoleExplanation(role, name, explain_role(role), _summarize(role)) for role, name in ROLE_LABELS.items()
    )


def explain_role(role: Role) -> tuple[Message, ...]:
    """What this role may do, and whether it needs a second factor."""
    return (*(describe_role(role) or (_NOTHING,)), *_second_factor(role))


def _summarize(role: Role) -> tuple[Message, ...]:
    """What the role adds to the largest one before it that it contains."""
    own = ROLE_PERMISSIONS[role]
    contained = [
        other for other in Role if other is not role and ROLE_PERMISSIONS[other] and ROLE_PERMISSIONS[other] <= own
    ]
    equal = next((other for other in contained if ROLE_PERMISSIONS[other] == own and _stands_before(other, role)), None)
    if equal:
        return (_with_role(_SAME_AS, equal), *_second_factor(role))
    smaller = [other for other in contained if ROLE_PERMISSIONS[other] < own]
    if not smaller:
        return explain_role(role)
    base = max(smaller, key=lambda other: len(ROLE_PERMISSIONS[other]))
    added = (label for right, label in PERMISSION_LABELS.items() if right in own - ROLE_PERMISSIONS[base])
    return (_with_role(_ALL_OF, base), *added, *_second_factor(role))


def _second_factor(role: Role) -> tuple[Message, ...]:
    return (_SECOND_FACTOR,) if role in SECOND_FACTOR_ROLES else ()


def _stands_before(role: Role, other: Role) -> bool:
    order = list(Role)
    return order.index(role) < order.index(other)


def _with_role(text: Message, role: Role) -> Message:
    return Message(text.text, {"role": ROLE_LABELS[role]})
