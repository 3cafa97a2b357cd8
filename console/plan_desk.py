"""What the room of the plan works on, beside the base."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prompts.voice import Voice
from records.plans import PlanVersion
from records.viewer import Viewer

Publish = Callable[[Viewer, str, int], PlanVersion]


@dataclass(frozen=True, slots=True)
class PlanDesk:
    """`sounds`: the house's prompts; `previews`: a folder for sounds that are heard here alone.

    `publish` puts a text in force for the next call, in the place of the version of that number, prompts first. Raises
    PlanError, PlanChanged, Forbidden, VoiceError, AudioFailure.
    """

    sounds: Path
    previews: Path
    voice: Voice
    publish: Publish
