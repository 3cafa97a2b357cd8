"""Recognizing prompts, tones and silence in recordings."""

import subprocess
import time

import numpy as np
import pytest

from caller.pcm import SAMPLE_RATE, Samples, read_wav, silence, tone, write_wav
from caller.prompt_recognizer import HeardPrompt, PromptRecognizer, Silence, UnknownSound
from caller.tones import Tone


def over_the_line(*parts: Samples) -> Samples:
    """The audio after A-law coding and decoding."""
    raw = ["-ar", "8000", "-ac", "1"]
    encode = ["ffmpeg", "-loglevel", "error", "-f", "s16le", *raw, "-i", "pipe:0", "-f", "alaw", "pipe:1"]
    decode = ["ffmpeg", "-loglevel", "error", "-f", "alaw", *raw, "-i", "pipe:0", "-f", "s16le", "pipe:1"]
    sent = np.concatenate(parts).astype("<i2").tobytes()
    alaw = subprocess.run(encode, input=sent, check=True, capture_output=True).stdout
    received = subprocess.run(decode, input=alaw, check=True, capture_output=True).stdout
    return np.frombuffer(received, dtype="<i2").astype(np.int16)


def prompts_in(sounds) -> list[tuple[str, bool]]:
    return [(sound.key, sound.whole) for sound in sounds if isinstance(sound, HeardPrompt)]


def test_two_consecutive_prompts_are_recognized_with_their_times(recognizer, prompts):
    line = over_the_line(silence(0.5), prompts["welcome"], prompts["menu"], silence(1))
    sounds = recognizer.recognize(line)
    assert prompts_in(sounds) == [("welcome", True), ("menu", True)]
    welcome, menu = (sound for sound in sounds if isinstance(sound, HeardPrompt))
    assert welcome.start_s == pytest.approx(0.5, abs=0.1)
    assert menu.start_s == pytest.approx(0.5 + len(prompts["welcome"]) / SAMPLE_RATE, abs=0.1)
    assert welcome.score > 0.95


def test_a_prompt_that_is_cut_has_the_position_of_the_cut(recognizer, prompts):
    line = over_the_line(prompts["welcome"][: int(1.3 * SAMPLE_RATE)], prompts["goodbye"])
    cut, goodbye = (sound for sound in recognizer.recognize(line) if isinstance(sound, HeardPrompt))
    assert (cut.key, cut.whole) == ("welcome", False)
    assert cut.position_start_s == pytest.approx(0, abs=0.1)
    assert cut.position_end_s == pytest.approx(1.3, abs=0.06)
    assert (goodbye.key, goodbye.whole) == ("goodbye", True)


def test_digits_are_distinguished(recognizer, prompts):
    keys = [f"digit-{digit}" for digit in (3, 1, 4, 1, 5, 9, 2, 6, 0, 7, 8)]
    line = over_the_line(*(prompts[key] for key in keys))
    assert prompts_in(recognizer.recognize(line)) == [(key, True) for key in keys]


def test_prompts_with_the_same_beginning_are_distinguished_by_their_ends(recognizer, prompts):
    for key in ("menu", "menu-closed", "message-only"):
        assert prompts_in(recognizer.recognize(over_the_line(prompts[key]))) == [(key, True)]


def test_a_prompt_that_is_cut_in_a_common_beginning_is_ambiguous(recognizer, prompts):
    (heard,) = (
        s for s in recognizer.recognize(prompts["menu"][: int(1.2 * SAMPLE_RATE)]) if isinstance(s, HeardPrompt)
    )
    assert {heard.key, *heard.ambiguous_with} >= {"menu", "menu-closed"}
    assert not heard.whole


def test_a_slip_of_the_jitter_buffer_does_not_split_a_prompt(recognizer, prompts):
    menu = prompts["menu"]
    line = over_the_line(menu[:9000], menu[9160:20000], silence(0.06), menu[20000:])
    assert prompts_in(recognizer.recognize(line)) == [("menu", True)]


def test_a_prompt_with_a_slip_near_its_end_is_heard_to_its_end(recognizer, prompts):
    menu = prompts["menu"]
    end = int(np.flatnonzero(np.abs(menu.astype(int)) > 100)[-1])
    for lost, late in ((0, 0.2), (1600, 0.1), (800, 0.0), (1600, 0.4)):
        cut = end - 4000
        line = over_the_line(menu[:cut], silence(late), menu[cut + lost :], silence(1), prompts["goodbye"])
        cut_once, goodbye = (sound for sound in recognizer.recognize(line) if isinstance(sound, HeardPrompt))
        assert recognizer.is_heard_to_end(cut_once), (lost, late, cut_once)
        assert (cut_once.key, goodbye.key, goodbye.whole) == ("menu", "goodbye", True)


def test_a_prompt_that_is_cut_near_its_end_is_not_heard_to_its_end(recognizer, prompts):
    menu = prompts["menu"]
    end = int(np.flatnonzero(np.abs(menu.astype(int)) > 100)[-1])
    for after in ("goodbye", "welcome", "again", *(f"digit-{digit}" for digit in range(10))):
        line = over_the_line(menu[: end - 3200], prompts[after], silence(1))
        assert not recognizer.is_heard_to_end(
            next(s for s in recognizer.recognize(line) if isinstance(s, HeardPrompt) and s.key == "menu")
        )


def test_a_delayed_quiet_and_noisy_prompt_is_recognized(recognizer, prompts):
    menu = prompts["menu"].astype(float)
    late = (menu[:-1] + menu[1:]) / 2
    noise = np.random.default_rng(2).normal(scale=60, size=len(late))
    assert prompts_in(recognizer.recognize((late * 0.5 + noise).astype(np.int16))) == [("menu", True)]


def test_dead_air_is_measured(recognizer, prompts):
    line = over_the_line(tone(440, 0.5), silence(2.5), prompts["goodbye"])
    gap = next(sound for sound in recognizer.recognize(line) if isinstance(sound, Silence))
    assert gap.end_s - gap.start_s == pytest.approx(2.5, abs=0.06)


def test_tones_are_distinguished_by_their_frequency(recognizer):
    sounds = recognizer.recognize(over_the_line(tone(440, 1), silence(0.3), tone(620, 0.5), tone(1004, 0.5)))
    tones = [sound for sound in sounds if isinstance(sound, Tone)]
    assert [round(sound.frequency) for sound in tones] == [440, 620, 1004]
    assert tones[1].start_s == pytest.approx(1.3, abs=0.03)


def test_noise_is_unknown(recognizer):
    noise = (np.random.default_rng(1).normal(size=5 * SAMPLE_RATE) * 4000).astype(np.int16)
    assert recognizer.recognize(noise) == (UnknownSound(0.0, 5.0),)


@pytest.mark.long
def test_other_speech_is_unknown(recognizer, say):
    other = read_wav(say("other", "Il fait beau sur la plage, et le train de midi part à l’heure."))
    assert {type(sound) for sound in recognizer.recognize(over_the_line(other))} <= {UnknownSound, Silence}


def test_a_prompt_at_half_speed_is_unknown(recognizer, prompts):
    menu = prompts["menu"]
    slow = np.interp(np.arange(0, len(menu) - 1, 0.5), np.arange(len(menu)), menu).astype(np.int16)
    assert {type(sound) for sound in recognizer.recognize(slow)} <= {UnknownSound, Silence}


def test_a_prompt_backwards_is_unknown(recognizer, prompts):
    assert not prompts_in(recognizer.recognize(prompts["menu"][::-1].copy()))


def test_an_empty_recording_and_silence_have_no_prompt(recognizer):
    assert recognizer.recognize(silence(0)) == ()
    assert recognizer.recognize(silence(1)) == (Silence(0.0, 1.0),)


def test_a_recognizer_without_prompts_finds_tones_and_silence():
    assert [type(sound) for sound in PromptRecognizer({}).recognize(np.concatenate([tone(440, 1), silence(1)]))] == [
        Tone,
        Silence,
    ]


def test_the_error_for_a_file_that_is_not_wav_names_the_file(tmp_path):
    path = tmp_path / "letter.wav"
    path.write_text("Dear Sir or Madam")
    with pytest.raises(ValueError, match=r"letter\.wav is not a WAV file"):
        PromptRecognizer({"letter": path})


@pytest.mark.long
def test_one_minute_with_three_hundred_prompts_takes_less_than_a_tenth_of_it(say, tmp_path):
    speech = read_wav(say("speech", " ".join(f"Voici la phrase numéro {number}." for number in range(300))))
    pieces = np.array_split(speech, 300)
    for number, piece in enumerate(pieces):
        write_wav(tmp_path / f"{number}.wav", piece)
    large = PromptRecognizer({str(number): tmp_path / f"{number}.wav" for number in range(300)})
    minute = np.concatenate(pieces[100:])[: 60 * SAMPLE_RATE]
    started = time.process_time()
    heard = prompts_in(large.recognize(minute))
    assert time.process_time() - started < 6
    assert len(heard) > 20
    assert [int(key) for key, _ in heard] == list(range(100, 100 + len(heard)))
