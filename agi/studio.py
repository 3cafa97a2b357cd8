"""Where messages are recorded by telephone."""

from dataclasses import dataclass
from pathlib import Path

from records.base import Base


@dataclass(frozen=True, slots=True)
class Studio:
    """The base, and the folders of sounds: of drafts, of messages, and of what is being spoken (Asterisk writes it)."""

    base: Base
    drafts: Path
    messages: Path
    spoken: Path
