"""Publishing a plan: its prompts are spoken first, then its row is written, then Asterisk's files."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from prompts import library
from prompts.catalogue import all_prompts
from prompts.library import Progress
from records.actor import Actor, command_line_actor
from records.plan import plan_versions
from records.plan.plan_versions import PlanVersion
from routing.access.permissions import Permission
from routing.plan import parsing
from routing.sentences import list_sentences
from standardiste.asterisk_reload import reload_asterisk
from standardiste.installation import Installation


def publish_plan(
    installation: Installation,
    text: str,
    source: str = "plan.yaml",
    progress: Progress | None = None,
    *,
    actor: Actor | None = None,
    expected_version: int | None = None,
) -> PlanVersion:
    """The version that is in force from the next call on.

    `source` names the text in a PlanError. `actor` is who publishes, by default the user of this machine.
    `expected_version`: the version that was edited, which must still be in force. Six parameters: the two callers, the
    command line and the console, know different ones.

    Raises PlanError, Forbidden, PlanChanged, VoiceError, AudioToolError.
    """
    actor = actor or command_line_actor(installation.os_user)
    actor.require(Permission.CHANGE_PLAN)
    parsed = parsing.parse_plan(text, source)
    with _publication_lock(installation):
        plan_versions.require_current_version(installation.database, expected_version)
        # Prompts first: no caller may reach a menu that cannot be played.
        prompts = all_prompts(list_sentences(parsed))
        library.build(
            installation.settings.sounds,
            prompts,
            installation.get_voice(lambda: parsed),
            languages=parsed.languages,
            progress=progress,
        )
        row = plan_versions.publish_plan(
            installation.database, actor, text, replaces=expected_version, at=datetime.now(UTC)
        )
        reload_asterisk(installation, parsed)
    return row


@contextmanager
def _publication_lock(installation: Installation) -> Iterator[None]:
    """One publication at a time: the prompts of a second one would be played under the plan of the first."""
    installation.database  # noqa: B018  raises before anything is spoken for an installation that does not exist
    with (installation.settings.var / "publication.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
