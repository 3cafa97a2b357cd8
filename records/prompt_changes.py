"""Who replaced which sentence of the house. The sounds themselves are files (prompts/library.py)."""

from datetime import datetime

from records import changes
from records.base import Base
from records.viewer import Viewer
from routing.permissions import Right


def write_down(base: Base, viewer: Viewer, name: str, heard: str, *, at: datetime) -> None:
    """The sentence `name` ("fr/apology") has been replaced: `heard` are its new words, or where it comes from.

    Raises Forbidden.
    """
    viewer.demand(Right.REPLACE_PROMPTS)
    with base.write() as connection:
        changes.write(connection, viewer, "prompt.replace", name, after={"heard": heard}, at=at)
