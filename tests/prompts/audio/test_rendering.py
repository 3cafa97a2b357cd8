"""Loudness, silence and sample rates, measured with code that the program does not share."""

import math
import subprocess
import wave
from array import array
from pathlib import Path

import pytest

from prompts.audio.decoding import decode
from prompts.audio.pcm import Pcm, measure, read_wav
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import generate_tone, render, require_usable, trim_silence


def samples(file: Path) -> tuple[array, int]:
    with wave.open(str(file)) as wav:
        assert (wav.getnchannels(), wav.getsampwidth()) == (1, 2)
        return array("h", wav.readframes(wav.getnframes())), wav.getframerate()


def active_speech_dbfs(signal: array, rate: int) -> float:
    """The level of the frames that hold all but the last thousandth of the energy."""
    size = rate // 50
    frames = [sum(s * s for s in signal[i : i + size]) / size for i in range(0, len(signal) - size, size)]
    total, kept, heard = sum(frames), 0.0, []
    for frame in sorted(frames, reverse=True):
        if kept >= 0.999 * total:
            break
        kept += frame
        heard.append(frame)
    return 10 * math.log10(kept / len(heard) / 32768**2)


def peak_dbfs(signal: array) -> float:
    return 20 * math.log10(max(map(abs, signal)) / 32768)


VARIANTS = {
    "as recorded": "anull",
    "25 dB quieter": "volume=-25dB",
    "4 dB louder": "volume=4dB",
    "knocks on the table": "aeval=if(lt(mod(t\\,1)\\,0.002)\\,0.95\\,val(0)*0.1)",
    "with background noise": "aeval=val(0)+0.005*(random(0)-0.5)",
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_speech_is_rendered_at_one_loudness(variant, speech, make_with_ffmpeg, tmp_path):
    sound = decode(make_with_ffmpeg("in.wav", "-i", speech, "-af", VARIANTS[variant])).sound
    out = render(trim_silence(require_usable(sound)), tmp_path, "out")
    signal, rate = samples(out.narrow)
    assert rate == 8_000
    assert active_speech_dbfs(signal, rate) == pytest.approx(-20, abs=2)
    assert peak_dbfs(signal) <= -3


def test_each_output_is_the_same_speech_at_its_rate(speech, tmp_path):
    out = render(read_wav(speech), tmp_path, "out", master=True)
    seconds = read_wav(speech).seconds
    assert out.seconds == pytest.approx(seconds, abs=0.02)
    assert out.wide.stat().st_size == pytest.approx(seconds * 16_000 * 2, abs=640)
    master = decode(out.master).sound
    assert master.rate == 48_000
    assert master.seconds == pytest.approx(seconds, abs=0.02)
    assert measure(Pcm(out.wide.read_bytes(), 16_000)).active_dbfs == pytest.approx(-20, abs=2)


def test_resampling_does_not_alias(make_with_ffmpeg, tmp_path):
    """A 6 kHz tone must not appear as 2 kHz in the 8 kHz file; a 440 Hz tone beside it sets the level."""
    two = make_with_ffmpeg(
        "two.wav", "-f", "lavfi", "-i", "aevalsrc=0.2*sin(2*PI*440*t)+0.2*sin(2*PI*6000*t):s=48000:d=2"
    )
    out = render(decode(two).sound, tmp_path, "out")
    at_2_khz = ["-af", "bandpass=f=2000:width_type=h:w=200,astats=metadata=1", "-f", "null", "-"]
    stats = subprocess.run(
        ["ffmpeg", "-hide_banner", "-i", out.narrow, *at_2_khz], capture_output=True, text=True, check=True
    ).stderr
    level = float(next(line.split()[-1] for line in stats.splitlines() if "RMS level dB" in line))
    assert level < -45


def test_silence_around_speech_is_cut_and_pauses_within_it_stay(speech, make_with_ffmpeg):
    padded = make_with_ffmpeg("in.wav", "-i", speech, "-af", "adelay=3000,apad=pad_dur=4")
    lasts = trim_silence(read_wav(speech)).seconds
    assert lasts == pytest.approx(read_wav(speech).seconds, abs=0.6)
    assert trim_silence(decode(padded).sound).seconds == pytest.approx(lasts, abs=0.3)
    twice = make_with_ffmpeg("twice.wav", "-i", speech, "-i", padded, "-filter_complex", "concat=n=2:v=0:a=1")
    assert trim_silence(decode(twice).sound).seconds == pytest.approx(2 * lasts + 3, abs=0.8)


@pytest.mark.parametrize("silence", ["anullsrc=d=3", "aevalsrc=0.0005*sin(440*t):d=3", "aevalsrc=0.001*random(0):d=3"])
def test_a_silent_recording_is_refused(silence, make_with_ffmpeg):
    with pytest.raises(AudioRefused, match="nothing can be heard"):
        require_usable(decode(make_with_ffmpeg("in.wav", "-f", "lavfi", "-i", silence)).sound)


def test_a_distorted_recording_is_refused(speech, make_with_ffmpeg):
    with pytest.raises(AudioRefused, match="distorted"):
        require_usable(decode(make_with_ffmpeg("in.wav", "-i", speech, "-af", "volume=40dB")).sound)


def test_a_tone_has_the_level_of_the_prompts():
    beep = generate_tone(1000, 500)
    assert beep.seconds == 0.5
    assert measure(beep).active_dbfs == pytest.approx(-20, abs=0.5)
    assert measure(beep).peak_dbfs == pytest.approx(-17, abs=0.2)


def test_the_same_sound_always_makes_the_same_bytes(speech, tmp_path):
    first = render(read_wav(speech), tmp_path, "first", master=True)
    second = render(read_wav(speech), tmp_path, "second", master=True)
    assert first.master.read_bytes() == second.master.read_bytes()
    assert first.narrow.read_bytes() == second.narrow.read_bytes()
