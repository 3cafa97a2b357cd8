"""What is seen and heard of a draft before it is on air: its waveform, and a part of it as callers would hear it."""

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from prompts.audio import rendering
from prompts.audio.refusals import AudioRefused
from prompts.messages.drafts import MAX_UPLOAD_S, SoundStorage, cut_part, draft_file
from records.messages.draft_types import Draft, DraftContent

_PREVIEW_KEPT_S = 60


def read_waveform(storage: SoundStorage, draft: Draft) -> str:
    """The waveform of a draft as JSON: {"seconds": …, "peaks": [per cent of full scale, …]}. Raises AudioRefused."""
    try:
        return draft_file(storage, draft, ".json").read_text()
    except FileNotFoundError:
        raise AudioRefused("gone") from None


def render_preview(storage: SoundStorage, draft: Draft, from_s: float, until_s: float) -> Path:
    """An 8 kHz WAV of the part between two moments (seconds), at the loudness of messages on air.

    Raises AudioRefused, AudioToolError.
    """
    made = draft_file(storage, draft, f"-{round(from_s * 1000)}-{round(until_s * 1000)}.wav")
    with suppress(FileNotFoundError):
        os.utime(made)
        return made
    sound = cut_part(storage, draft, DraftContent(from_s, until_s, ""), MAX_UPLOAD_S)
    for old in storage.drafts.glob(f"{draft.audio.sha256}-*.wav"):
        with suppress(FileNotFoundError):
            if old.stat().st_mtime < time.time() - _PREVIEW_KEPT_S:  # a colleague may be about to hear a newer one
                old.unlink()
    with tempfile.TemporaryDirectory(prefix=".new-", dir=storage.drafts) as scratch:
        os.replace(rendering.render(sound, Path(scratch), "preview").narrow, made)
    return made
