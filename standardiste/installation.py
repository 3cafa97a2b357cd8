"""The parts of one installation, made from its settings when they are first needed.

What makes a part is imported with it: a process that opens no base does not read the code of bases.
"""

import getpass
import os
from functools import cached_property
from typing import TYPE_CHECKING

from standardiste import asterisk
from standardiste import settings as machine
from standardiste.asterisk import Asterisk
from standardiste.settings import Settings

if TYPE_CHECKING:
    from prompts.catalogue import Prompt
    from prompts.voice import Voice
    from records.base import Base
    from routing.plan import Plan

NOTHING_YET = "Nothing is prepared here yet; start the server (script/server), or run `standardiste prepare`."


class Installation:
    """What every command works on. Without `settings`, those of this machine are read when they are first needed."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._given = settings

    @cached_property
    def settings(self) -> Settings:
        """Raises SettingsError."""
        return self._given or machine.load()

    @cached_property
    def base(self) -> "Base":
        """Raises RecordsError, also where no base has been made."""
        from records.base import open_base
        from records.errors import RecordsError

        file = self.settings.base_file
        if file and not file.exists():  # opening it would make an empty one
            raise RecordsError(NOTHING_YET)
        return open_base(self.settings.base_url, wake=self.settings.bell)

    def close(self) -> None:
        """Takes leave of the base, where it has been opened."""
        if "base" in vars(self):
            self.base.close()

    @cached_property
    def plan(self) -> "Plan":
        """The plan in force. Raises RecordsError when none has been published."""
        from records import plans
        from records.errors import RecordsError
        from routing import plan_text

        row = plans.current(self.base)
        if row is None:
            raise RecordsError(NOTHING_YET)
        return plan_text.parse(row.text, f"plan version {row.version}")

    @cached_property
    def prompts(self) -> "tuple[Prompt, ...]":
        """Every sentence the house says: its own and the plan's."""
        from prompts.catalogue import all_prompts
        from routing.sentences import sentences

        return all_prompts(sentences(self.plan))

    @cached_property
    def voice(self) -> "Voice":
        from prompts.synthesis import voice

        return voice(self.settings.voice, cache=self.settings.var / "speech")

    @cached_property
    def asterisk(self) -> Asterisk:
        return asterisk.find(self.settings.asterisk)

    @property
    def operator(self) -> str:
        """Who is typing, for the record of who did what."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # a container's user may have no name
            return f"user {os.getuid()}"
