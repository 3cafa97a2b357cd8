"""Makes an installation ready to answer: folders, base, phone accounts, plan, sounds, Asterisk's files."""

import secrets
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from prompts import library, music, publishing
from records import messages, migrate, people, plans
from routing import plan_text
from routing.plan import LANGUAGES
from standardiste import rundir
from standardiste.installation import Installation
from standardiste.settings import CHECKOUT

SEED_PLAN = CHECKOUT / "plan.yaml"
OURSELVES = "standardiste"
FIRST_MESSAGE = (
    "Ceci est le premier message du jour. Il a été enregistré par une voix de synthèse, à l'installation. "
    "Remplacez-le par le vôtre : dites qui vous êtes, la nouvelle du jour, et ce que chacun peut faire."
)

Progress = Callable[[int, int, str], None]


def prepare(house: Installation, progress: Progress) -> None:
    """Safe to repeat; what is there already stays. Raises what the rooms raise, each in one sentence."""
    settings = house.settings
    rundir.make_folders(settings)
    for file in (settings.ami_secret, settings.console_secret):
        _make_secret(file)
    migrate.upgrade(settings.base_url)
    people.prepare_phones(
        house.base, {f"p{number:02}": secrets.token_urlsafe(18) for number in range(1, settings.phones + 1)}
    )
    if plans.current(house.base) is None:
        text = SEED_PLAN.read_text(encoding="utf-8")
        plan_text.parse(text, SEED_PLAN.name)
        plans.save(house.base, text, author=OURSELVES, at=datetime.now(UTC))
    library.build(settings.sounds, house.prompts, house.voice, languages=LANGUAGES, progress=progress)
    music.ensure(settings.music)
    _first_message(house)
    rundir.render(settings, house.asterisk, house.plan, people.phones(house.base))


def _make_secret(file: Path) -> None:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))


def _first_message(house: Installation) -> None:
    """So that the first caller hears something on keys 3 and 4; only where no message was ever published."""
    if any(messages.versions(house.base, slot) for slot in house.plan.slots):
        return
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as scratch:
        spoken = Path(scratch) / "first-message.wav"
        house.voice.speak(FIRST_MESSAGE, "fr", spoken)
        publishing.publish(
            house.base,
            house.settings.messages,
            spoken,
            slot=next(iter(house.plan.slots)),
            valid_from=now,
            valid_until=None,
            text=FIRST_MESSAGE,
            by=OURSELVES,
            at=now,
        )
