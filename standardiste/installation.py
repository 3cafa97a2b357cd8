"""The parts of one installation, made from its settings when they are first needed."""

from functools import cached_property

from prompts.catalogue import Prompt, all_prompts
from prompts.synthesis import voice
from prompts.voice import Voice
from records import plans
from records.base import Base, open_base
from records.errors import RecordsError
from routing import plan_text
from routing.plan import LANGUAGES, Plan
from routing.sentences import sentences
from standardiste import asterisk
from standardiste.asterisk import Asterisk
from standardiste.settings import Settings

__all__ = ["LANGUAGES", "Installation"]


class Installation:
    """What every command works on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def base(self) -> Base:
        return open_base(self.settings.base_url)

    @cached_property
    def plan(self) -> Plan:
        """The plan in force. Raises RecordsError when none has been published."""
        row = plans.current(self.base)
        if row is None:
            raise RecordsError("No plan is published yet; run `standardiste prepare`.")
        return plan_text.parse(row.text, f"plan version {row.version}")

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """Every sentence the house says: its own and the plan's."""
        return all_prompts(sentences(self.plan))

    @cached_property
    def voice(self) -> Voice:
        return voice(self.settings.voice, cache=self.settings.var / "speech")

    @cached_property
    def asterisk(self) -> Asterisk:
        return asterisk.find(self.settings.asterisk)
