"""The folder of everything that changes, and what is in it."""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from standardiste.checkout import CHECKOUT

VAR_PATH_MAX_BYTES = 80  # the control sockets below it must fit into the 107 bytes that unix(7) allows


def validate_path(path: Path) -> Path:
    """Only characters at which Asterisk's files and commands do not split a path."""
    absolute = path if path.is_absolute() else CHECKOUT / path
    if not re.fullmatch(r"[\w/.+@%-]+", str(absolute)):
        raise ValueError(f"{absolute} cannot be used; choose a path of letters, digits and / . _ - + @ % only")
    if len(os.fsencode(absolute)) > VAR_PATH_MAX_BYTES:
        raise ValueError(f"{absolute} is too long; choose a path of {VAR_PATH_MAX_BYTES} characters at most")
    return absolute


class VarFolder(BaseSettings):
    """The setting `var`, with the files and folders below it."""

    var: Annotated[Path, AfterValidator(validate_path)] = Field(
        Path("var"),
        description="Folder of everything that changes: database, sounds, messages, logs, Asterisk's own files.",
    )

    @property
    def sounds(self) -> Path:
        return self.var / "asterisk" / "data" / "sounds"

    @property
    def messages(self) -> Path:
        """Daily messages, named by content hash; below the sounds, so that Asterisk plays them as `daily/<sha256>`."""
        return self.sounds / "daily"

    @property
    def music_on_hold(self) -> Path:
        """Music on hold; every sound file in it is played."""
        return self.var / "asterisk" / "data" / "moh"

    @property
    def voicemail(self) -> Path:
        return self.var / "voicemail"

    @property
    def satisfaction(self) -> Path:
        """What people have said in surveys, in their own words."""
        return self.var / "satisfaction"

    @property
    def imports(self) -> Path:
        """Files of contacts, until each of their rows is in the database."""
        return self.var / "imports"

    @property
    def asterisk_security_events(self) -> Path:
        """Asterisk's security events until `serve-switch` has read them."""
        return self.asterisk_spool / "security-events"

    @property
    def telephone_failures(self) -> Path:
        """A line for each failed authentication of a telephone, with its address, for fail2ban."""
        return self.log / "telephones.log"

    @property
    def asterisk_spool(self) -> Path:
        """What Asterisk writes and our processes collect."""
        return self.var / "spool"

    @property
    def asterisk_pid_file(self) -> Path:
        """Written by Asterisk when it starts."""
        return self.var / "asterisk" / "run" / "asterisk.pid"

    @property
    def ami_secret_file(self) -> Path:
        """The file with our password for Asterisk's manager interface; created at the first start."""
        return self.var / "secrets" / "ami"

    @property
    def console_secret_file(self) -> Path:
        """The file with the key that signs the console's cookies; created at the first start."""
        return self.var / "secrets" / "console"

    @property
    def trunk_key_file(self) -> Path:
        """The keys of the passwords that the database holds encrypted (standardiste/trunk_key_file.py)."""
        return self.var / "secrets" / "trunks"

    @property
    def number_key_file(self) -> Path:
        """The key of hashed telephone numbers (do-not-call entries of people who were erased)."""
        return self.var / "secrets" / "numbers"

    @property
    def full_check_file(self) -> Path:
        """The result of the last check of the whole database (standardiste/full_check.py)."""
        return self.var / "full-check.json"

    @property
    def doctor_file(self) -> Path:
        """The results of the last `doctor` (standardiste/stored_checks.py), which the console shows."""
        return self.var / "doctor.json"

    @property
    def drafts(self) -> Path:
        """Sounds that staff uploaded or recorded and have not published."""
        return self.var / "drafts"

    @property
    def previews(self) -> Path:
        """Sounds of plan previews."""
        return self.var / "previews"

    @property
    def wake_socket(self) -> Path:
        """The socket that wakes `serve-switch` when rows change on which it acts."""
        return self.var / "switch.bell"

    @property
    def live_wake_socket(self) -> Path:
        """The socket that wakes `serve-live` after each commit while pages are open."""
        return self.var / "live.bell"

    @property
    def heartbeats(self) -> Path:
        """A file for each part, with its last heartbeat."""
        return self.var / "heartbeats"

    @property
    def write_behind_spool(self) -> Path:
        """What calls recorded while the database could not be written to."""
        return self.var / "journal"

    @property
    def lease_file(self) -> Path:
        """The lease of the process that acts on Asterisk, renewed each second; nothing is lost with it."""
        return self.var / "leases.sqlite3"

    @property
    def config_snapshot_file(self) -> Path:
        """Plan, messages and agents as last read from the database."""
        return self.var / "last-good.json"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def asterisk_etc(self) -> Path:
        return self.var / "asterisk" / "etc"
