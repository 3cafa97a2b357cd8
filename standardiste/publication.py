"""A plan put in force: its sentences first, then its row, then Asterisk's files."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from prompts import library
from prompts.catalogue import all_prompts
from prompts.library import Progress
from records import plans
from records.plans import PlanVersion
from records.viewer import Viewer, at_machine
from routing import plan_text
from routing.permissions import Right
from routing.plan import LANGUAGES
from routing.sentences import sentences
from standardiste import server
from standardiste.installation import Installation


def publish(
    house: Installation,
    text: str,
    source: str = "plan.yaml",
    progress: Progress | None = None,
    *,
    viewer: Viewer | None = None,
    replaces: int | None = None,
) -> PlanVersion:
    """The version in force for the next call. `source` names the text in a PlanError; `viewer`: who publishes, without
    one whoever works at the machine; `replaces`: the version that was changed, which must be in force still.

    Raises PlanError, Forbidden, PlanChanged, VoiceError, AudioFailure.
    """
    viewer = viewer or at_machine(house.operator)
    viewer.demand(Right.CHANGE_PLAN)
    parsed = plan_text.parse(text, source)
    with _alone(house):
        plans.refuse_changed(house.base, replaces)
        # No caller may meet a menu that cannot be heard.
        prompts = all_prompts(sentences(parsed))
        library.build(house.settings.sounds, prompts, house.voice, languages=LANGUAGES, progress=progress)
        row = plans.publish(house.base, viewer, text, replaces=replaces, at=datetime.now(UTC))
        server.reload(house, parsed)
    return row


@contextmanager
def _alone(house: Installation) -> Iterator[None]:
    """One publication at a time: a second one's sentences would be heard under the first one's plan."""
    house.base  # noqa: B018  nothing is spoken for an installation that is not there
    with (house.settings.var / "publication.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
