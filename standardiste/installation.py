"""One installation: database, plan, prompts, voice and Asterisk, each made from the settings at its first use.

Imports are inside the properties: a process that opens no database does not import the code of databases.
"""

import getpass
import os
from functools import cached_property
from typing import TYPE_CHECKING

from standardiste import settings_loading
from standardiste.settings import Settings
from standardiste.switchboard import asterisk
from standardiste.switchboard.asterisk import Asterisk, AsteriskNotFound
from standardiste.switchboard.asterisk_cli import AsteriskCli

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prompts.catalogue import Prompt
    from prompts.voices.registry import VoiceSettings
    from prompts.voices.voice import Voice
    from records.database.engine import Database
    from records.secret_box import SecretBox
    from routing.plan.model import Plan
    from routing.trunks import Trunk

NOT_PREPARED = "Nothing is prepared here yet; start the server (script/server), or run `standardiste prepare`."


_prepared: "Installation | None" = None


def prepare_forks(installation: "Installation") -> None:
    """Has the forks of this process work on this installation: it was used here, and what that made is theirs too."""
    global _prepared
    _prepared = installation


def open_installation() -> "Installation":
    """What a command works on: what its parent has prepared, as long as the settings are still those."""
    if _prepared is None:
        return Installation()
    try:
        is_current = settings_loading.load() is _prepared.settings
    except settings_loading.SettingsError:
        is_current = False  # the command itself says what is wrong
    return _prepared.forget_what_changes() if is_current else Installation()


class Installation:
    """What every command works on. Without `settings`, those of this machine are read at their first use."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._explicit_settings = settings

    @cached_property
    def settings(self) -> Settings:
        """Raises SettingsError."""
        return self._explicit_settings or settings_loading.load()

    @cached_property
    def database(self) -> "Database":
        """Raises RecordsError, also when the database has not been created."""
        from records.database.engine import open_database
        from records.errors import RecordsError

        file = self.settings.sqlite_file
        if file and not file.exists():  # opening it would create an empty one
            raise RecordsError(NOT_PREPARED)
        key_file = self.settings.number_key_file
        return open_database(
            self.settings.sqlalchemy_url,
            wake_socket=self.settings.wake_socket,
            commit_socket=self.settings.live_wake_socket,
            number_key=key_file.read_bytes() if key_file.exists() else b"",
        )

    @cached_property
    def switch_leases(self) -> "Database":
        """Where the process that acts on Asterisk has its lease; beside SQLite's file in one of its own."""
        from records.leases import open_lease_file

        return self.database if self.settings.database_url else open_lease_file(self.settings.lease_file)

    def forget_what_changes(self) -> "Installation":
        """Itself, with nothing but the settings and the database, whose code is then warm."""
        for name in vars(self).keys() - {"_explicit_settings", "settings", "database"}:
            del vars(self)[name]
        return self

    def close(self) -> None:
        """Closes the database if it is open; its next use opens it again."""
        for name in vars(self).keys() & {"database", "switch_leases"}:
            vars(self)[name].close()

    @property
    def secret_box(self) -> "SecretBox":
        """What opens the passwords of trunks; read at each use, because a command may change the key."""
        from standardiste.trunk_key_file import open_box

        return open_box(self.settings.trunk_key_file)

    @property
    def trunks(self) -> "Mapping[str, Trunk]":
        """The trunks as they stand in the database now, by name. Raises RecordsError."""
        from records.trunks import list_trunks

        return {stored.name: stored.trunk for stored in list_trunks(self.database, self.secret_box)}

    @cached_property
    def plan(self) -> "Plan":
        """The plan in force. Raises RecordsError when none has been published."""
        from records.errors import RecordsError
        from records.plan.reader import NoPlan, PlanReader

        try:
            return PlanReader(self.database).read().plan
        except NoPlan:
            raise RecordsError(NOT_PREPARED) from None

    @cached_property
    def prompts(self) -> "tuple[Prompt, ...]":
        """Every sentence that callers hear: the built-in ones and those of the plan."""
        from prompts.catalogue import all_prompts
        from routing.sentences import list_sentences

        return all_prompts(list_sentences(self.plan))

    @cached_property
    def voice(self) -> "Voice":
        """The voice that the plan in force chooses for each language."""
        return self.get_voice(lambda: self.plan)

    def get_voice(self, plan: "Callable[[], Plan]") -> "Voice":
        """The voice that a plan chooses for each language; `plan` is asked whenever it speaks."""
        from prompts.voices.registry import ChosenVoices

        return ChosenVoices(self.voice_settings, lambda: plan().voices)

    @property
    def voice_settings(self) -> "VoiceSettings":
        """What the engines of voices need on this machine."""
        from prompts.voices.registry import VoiceSettings

        settings = self.settings
        return VoiceSettings(settings.var / "speech", settings.voice, settings.piper_program, settings.piper_models)

    @cached_property
    def asterisk(self) -> Asterisk:
        return asterisk.find_asterisk(self.settings.asterisk)

    @cached_property
    def asterisk_cli(self) -> AsteriskCli:
        """Nothing answers it where this machine has no Asterisk."""
        try:
            found: Asterisk | None = self.asterisk
        except AsteriskNotFound:
            found = None
        return AsteriskCli(found, self.settings.asterisk_etc / "asterisk.conf")

    @property
    def os_user(self) -> str:
        """The operating system's user, as the author of changes."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # a container's user may have no name
            return f"user {os.getuid()}"
