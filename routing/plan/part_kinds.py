"""The kinds of named parts of a plan, and where the parts are."""

from enum import StrEnum


class PartKind(StrEnum):
    """A kind of named parts; the value is their place in the plan."""

    NUMBER = "numbers"
    MENU = "menus"
    CALENDAR = "hours"
    ANNOUNCEMENT = "announcements"
    CENTRE = "overflow.centres"
    SITE = "callbacks.sites"

    @property
    def path(self) -> tuple[str, ...]:
        """The path of the mapping, or of the list, that holds the parts of this kind."""
        return tuple(self.split("."))
