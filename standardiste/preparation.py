"""Makes an installation ready to answer: folders, database, SIP accounts, plan, sounds, Asterisk's files."""

import secrets
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from prompts import hold_music, key_wait, library, switching
from prompts.messages import publishing
from records import overrides
from records.database import migrate
from records.messages import message_versions
from records.messages.draft_types import AirPeriod
from records.messages.message_versions import NewMessage
from records.plan import plan_versions
from records.staff import agents, browser_accounts
from routing.languages import LANGUAGES
from routing.plan import parsing
from standardiste.asterisk_reload import render_asterisk_config
from standardiste.checkout import CHECKOUT
from standardiste.installation import Installation
from standardiste.installation_folders import create_folders
from standardiste.trunk_import import import_trunks
from standardiste.trunk_key_file import ensure_key

SEED_PLAN = CHECKOUT / "plan.yaml"
SYSTEM_AUTHOR = "standardiste"
FIRST_MESSAGE_TEXT = (
    "Ceci est le premier message du jour. Il a été enregistré par une voix de synthèse, à l'installation. "
    "Remplacez-le par le vôtre : dites qui vous êtes, la nouvelle du jour, et ce que chacun peut faire."
)

Progress = Callable[[int, int, str], None]


def prepare(installation: Installation, progress: Progress) -> None:
    """Safe to repeat: what exists already stays.

    Raises RecordsError, PlanError, VoiceError, AudioToolError, OSError.
    """
    settings = installation.settings
    create_folders(settings)
    for file in (settings.ami_secret_file, settings.console_secret_file, settings.number_key_file):
        _ensure_secret(file)
    ensure_key(settings.trunk_key_file)
    migrate.upgrade(settings.sqlalchemy_url)
    agents.create_desks(installation.database, settings.phones)
    if settings.browser_phone:
        browser_accounts.create_browser_accounts(installation.database)
    else:
        browser_accounts.delete_browser_accounts(installation.database)
    if plan_versions.get_current_version(installation.database) is None:
        text = SEED_PLAN.read_text(encoding="utf-8")
        parsing.parse_plan(text, SEED_PLAN.name)
        plan_versions.save_plan(installation.database, text, author=SYSTEM_AUTHOR, at=datetime.now(UTC))
    spoken = installation.plan.languages
    library.build(settings.sounds, installation.prompts, installation.voice, languages=spoken, progress=progress)
    for override in overrides.list_overrides(installation.database):
        switching.speak(settings.sounds, override.sentences, installation.voice, spoken)
    key_wait.ensure_key_wait_sounds(settings.sounds, LANGUAGES)
    hold_music.ensure_hold_music(settings.music_on_hold)
    _publish_first_message(installation)
    import_trunks(installation, datetime.now(UTC))
    render_asterisk_config(installation)


def _ensure_secret(file: Path) -> None:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))


def _publish_first_message(installation: Installation) -> None:
    """Gives the first callers something to hear on keys 3 and 4; only if no message was ever published."""
    if any(
        message_versions.list_newest_versions(installation.database, name, 1)
        for name in installation.plan.announcements
    ):
        return
    now, first = datetime.now(UTC), next(iter(installation.plan.announcements))
    with tempfile.TemporaryDirectory() as scratch:
        spoken = Path(scratch) / "first-message.wav"
        installation.voice.speak(FIRST_MESSAGE_TEXT, "fr", spoken)
        publishing.publish(
            installation.database,
            installation.settings.messages,
            spoken,
            NewMessage(first, FIRST_MESSAGE_TEXT, AirPeriod(), SYSTEM_AUTHOR),
            at=now,
        )
