"""Records who replaced which prompt. The sounds are files (prompts/library.py)."""

from datetime import datetime

from records import changes
from records.actor import Actor
from records.database.engine import Database
from routing.access.permissions import Permission


def record_prompt_replacement(database: Database, actor: Actor, name: str, wording: str, *, at: datetime) -> None:
    """Records that the prompt `name` ("fr/apology") was replaced; `wording` is its new text, or where it comes from.

    Raises Forbidden.
    """
    actor.require(Permission.REPLACE_PROMPTS)
    with database.write() as connection:
        changes.record(connection, actor, "prompt.replace", name, after={"heard": wording}, at=at)
