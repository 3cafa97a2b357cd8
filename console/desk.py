"""What the rooms of messages and prompts work on, beside the base."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prompts.drafts import Shelf
from prompts.voice import Voice
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class Desk:
    """The plan in force, where sounds lie (`sounds`: those of the house's prompts), and the synthetic voice."""

    plan: Callable[[], Plan]
    shelf: Shelf
    sounds: Path
    voice: Voice
