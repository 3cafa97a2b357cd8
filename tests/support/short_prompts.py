"""Prompts of less than a second in place of spoken ones; the recognizer identifies each by its sound.

What a prompt sounds like follows from its language and text alone. The tests are the same, and faster.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prompts.audio.pcm import Pcm, write_wav
from prompts.catalogue import Prompt
from prompts.library import sound_file
from prompts.manifest import VOICE, ManifestEntry, open_manifest
from prompts.voices.espeak import EspeakVoice

WIDE, NARROW = 16_000, 8_000
STEP_S, PAUSE_S = 0.05, 0.06
SHORTEST_S, LONGEST_S, CHARACTER_S = 0.3, 0.8, 0.05
VOICES, HIGHS = (220, 1080), (1200, 3000)  # Hz; the ear's index looks for prompts in the lower band
PART_S = 0.3  # a lost packet cuts a short prompt in pieces of less than half a second
AMPLITUDE = 0.07  # four waves of it are at the prompts' −20 dBFS

true_voice = False
"""Whether the installations of this run have prompts of the real voice instead."""


def put(sounds: Path, prompts: Iterable[Prompt]) -> None:
    """Writes each prompt that the library does not have with this text yet; our voice then takes it for its own."""
    with open_manifest(sounds) as manifest:
        for prompt in prompts:
            for language, text in prompt.texts.items():
                entry = manifest.get(f"{language}/{prompt.key}")
                if entry is None or (entry.source == VOICE and entry.text != text):
                    _write(sound_file(sounds, language, prompt.key), sound(language, text))
                    manifest.set(f"{language}/{prompt.key}", ManifestEntry(VOICE, text, EspeakVoice().name(language)))


def sound(language: str, text: str) -> NDArray[np.int16]:
    """At 16 kHz: chords that change twenty times a second."""
    digest = hashlib.sha256(f"{language} {text}".encode()).digest()
    chance = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    seconds = min(LONGEST_S, max(SHORTEST_S, len(text) * CHARACTER_S))
    chords = np.concatenate([_chord(chance) for _ in range(round(seconds / STEP_S))])
    pause = np.zeros(round(PAUSE_S * WIDE))
    return (32767 * np.concatenate([pause, chords, pause])).astype(np.int16)


def _chord(chance: np.random.Generator) -> NDArray[np.float64]:
    hertz = np.concatenate([chance.uniform(*VOICES, 3), chance.uniform(*HIGHS, 1)])
    phases = chance.uniform(0, 2 * np.pi, 4)
    time = np.arange(round(STEP_S * WIDE)) / WIDE
    waves = np.sin(2 * np.pi * hertz[:, None] * time + phases[:, None]).sum(axis=0)
    edge = np.minimum(1, np.minimum(time, time[::-1]) / 0.003)  # without clicks
    return AMPLITUDE * edge * waves


def _write(narrow: Path, samples: NDArray[np.int16]) -> None:
    narrow.parent.mkdir(parents=True, exist_ok=True)
    narrow.with_suffix(".sln16").write_bytes(samples.astype("<i2").tobytes())
    write_wav(narrow, Pcm(samples[:: WIDE // NARROW].astype("<i2").tobytes(), NARROW))
