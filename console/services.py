"""What pages work on beside the database: sounds, the synthetic voice, and the publication of a plan."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prompts.messages.drafts import SoundStorage
from prompts.voices.voice import Voice
from records.actor import Actor
from records.plan.plan_versions import PlanVersion
from routing.plan.model import Plan

Publish = Callable[[Actor, str, int], PlanVersion]


@dataclass(frozen=True, slots=True)
class AudioServices:
    """For the pages of messages and prompts: the plan in force, the storage of messages, the folder of prompts."""

    plan: Callable[[], Plan]
    storage: SoundStorage
    sounds: Path
    voice: Voice


@dataclass(frozen=True, slots=True)
class PlanServices:
    """For the pages of the plan. `sounds` is the folder of prompts, `previews` that of sounds only an editor hears.

    `publish` puts a text into force for the next call, in the place of the version of that number; it renders the new
    prompts first. Raises PlanError, PlanVersionConflict, Forbidden, VoiceError, AudioToolError.
    """

    sounds: Path
    previews: Path
    voice: Voice
    publish: Publish
