"""What the decoder delivers, in one or two channels, mixed to the one that a telephone has."""

from dataclasses import dataclass

import numpy as np

from prompts.audio.pcm import Pcm, band_spectra, from_array

# Below this correlation one channel is the other upside down, as after a wrongly soldered cable.
_INVERTED = -0.5


@dataclass(frozen=True, slots=True)
class Interleaved:
    """The samples of one or two channels in turn: 16-bit integers, or 32-bit floating point whose full scale is 1."""

    samples: bytes
    rate: int
    channels: int
    floating: bool

    @property
    def seconds(self) -> float:
        return len(self.samples) / ((4 if self.floating else 2) * self.channels * self.rate)


def mix_to_mono(sound: Interleaved) -> Pcm:
    """The mean of the channels.

    Where the two channels of a stereo sound are inverted against each other, their mean would be silence: one of them
    is turned over first. Floating point knows no highest level: a sound above full scale is turned down, not cut.
    """
    signal = _to_columns(sound)
    highest = float(np.abs(signal).max(initial=0))
    if highest > 32768:
        signal = signal * (32767 / highest)
    if sound.channels == 1:
        return from_array(signal[:, 0], sound.rate)
    left, right = signal[:, 0], signal[:, 1]
    return from_array((left - right if _are_inverted(left, right, sound.rate) else left + right) / 2, sound.rate)


def _to_columns(sound: Interleaved) -> np.ndarray:
    kind = np.dtype("<f4" if sound.floating else "<i2")
    whole = len(sound.samples) // (kind.itemsize * sound.channels) * sound.channels
    signal = np.frombuffer(sound.samples, kind, count=whole).astype(np.float32).reshape(-1, sound.channels)
    return np.nan_to_num(signal, posinf=0, neginf=0) * 32768 if sound.floating else signal


def _are_inverted(left: np.ndarray, right: np.ndarray, rate: int) -> bool:
    product = left_power = right_power = 0.0
    for one, other in zip(band_spectra(left, rate), band_spectra(right, rate), strict=True):
        product += float((one * other.conj()).real.sum())
        left_power += float((one.real**2 + one.imag**2).sum())
        right_power += float((other.real**2 + other.imag**2).sum())
    return product < _INVERTED * float(np.sqrt(left_power * right_power))
