"""The sections of the console, in the order of its navigation."""

from dataclasses import dataclass

from records.actor import Actor
from routing.access.permissions import Permission
from translations.message import Message, translatable


@dataclass(frozen=True, slots=True)
class Section:
    """`endpoint` is its first page; an actor with the permission `right` sees it."""

    endpoint: str
    right: Permission
    label: Message


SECTIONS = (
    Section("message.show", Permission.HEAR_MESSAGES, translatable("Message of the day")),
    Section("prompts.list_prompts", Permission.HEAR_MESSAGES, translatable("Prompts")),
    Section("plan.show", Permission.SEE_PLAN, translatable("Call plan")),
    Section("people.list_users", Permission.MANAGE_USERS, translatable("People")),
    Section("changes.list_changes", Permission.SEE_CHANGES, translatable("Change log")),
)


def sections_for(actor: Actor) -> tuple[Section, ...]:
    """The sections that this actor may see."""
    return tuple(section for section in SECTIONS if actor.may(section.right))
