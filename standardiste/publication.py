"""A plan put in force: its sentences first, then its row, then Asterisk's files."""

from datetime import UTC, datetime

from prompts import library
from prompts.catalogue import all_prompts
from prompts.library import Progress
from records import plans
from records.plans import PlanVersion
from routing import plan_text
from routing.plan import LANGUAGES
from routing.sentences import sentences
from standardiste import server
from standardiste.installation import Installation


def publish(house: Installation, text: str, source: str, progress: Progress) -> PlanVersion:
    """The version in force for the next call. Raises PlanError; `source` names the text in it.

    To be called before `house.plan` has been read, which stays what it was.
    """
    parsed = plan_text.parse(text, source)
    house.base  # noqa: B018  nothing is spoken for an installation that is not there
    # No caller may meet a menu that cannot be heard.
    prompts = all_prompts(sentences(parsed))
    library.build(house.settings.sounds, prompts, house.voice, languages=LANGUAGES, progress=progress)
    row = plans.save(house.base, text, author=house.operator, at=datetime.now(UTC))
    server.reload(house)
    return row
