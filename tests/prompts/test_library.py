"""The sound library: spoken prompts and recordings."""

import shutil
import threading
from pathlib import Path

import pytest

from prompts.audio.pcm import Pcm, read_wav, write_wav
from prompts.audio.refusals import AudioRefused
from prompts.catalogue import LANGUAGES, Prompt, PromptError, fixed_prompts
from prompts.inventory import PromptState, list_prompts
from prompts.library import build, record, replace, restore, sound_file
from prompts.voices.espeak import EspeakVoice
from prompts.voices.voice import VoiceError

VOICE = EspeakVoice()
HELLO = Prompt("hello", {"fr": "Bonjour à vous.", "en": "Hello to you."})
MENU = Prompt("menu-main-34", {"fr": "Pour écouter le message, tapez 3 ou 4.", "en": "For the message, press 3 or 4."})
AND = Prompt("digits/et", {"fr": "et"})
PROMPTS = (HELLO, MENU, AND)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "sounds"
    build(folder, PROMPTS, VOICE, languages=LANGUAGES)
    return folder


@pytest.fixture
def sounds(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "sounds"))


def states(sounds: Path, prompts: tuple[Prompt, ...] = PROMPTS) -> dict[str, tuple[str | None, str]]:
    rows = list_prompts(sounds, prompts, languages=LANGUAGES)
    return {f"{row.language}/{row.key}": (row.source, row.state.value) for row in rows}


def contents(sounds: Path) -> dict[str, bytes]:
    return {str(file.relative_to(sounds)): file.read_bytes() for file in sounds.rglob("*.*") if file.suffix != ".lock"}


def test_each_prompt_is_spoken_in_each_of_its_languages(sounds):
    files = {name for name in contents(sounds) if name.endswith((".wav", ".sln16"))}
    names = ["fr/hello", "en/hello", "fr/menu-main-34", "en/menu-main-34", "fr/digits/et", "fr/beep", "en/beep"]
    silent = ("queue-youarenext", "queue-thereare", "queue-callswaiting", "waiting-offer")
    names += [f"{language}_silent/{key}" for language in LANGUAGES for key in silent]
    assert files == {f"{name}.{suffix}" for name in names for suffix in ("wav", "sln16")}
    assert set(states(sounds).values()) == {("voice", "good")}


@pytest.mark.long
def test_every_prompt_of_the_catalogue_is_spoken_at_a_good_level(tmp_path):
    report = build(tmp_path, fixed_prompts(), VOICE, languages=LANGUAGES)
    rows = list_prompts(tmp_path, fixed_prompts(), languages=LANGUAGES)
    assert len(report.spoken) == len(rows) > 100
    assert {row.key for row in rows if row.state is not PromptState.GOOD} == set()
    assert all(0.1 < row.seconds < 12 for row in rows)


def test_building_again_changes_nothing(sounds):
    before = contents(sounds)
    report = build(sounds, PROMPTS, VOICE, languages=LANGUAGES)
    assert (report.spoken, report.unchanged, report.recordings) == ((), 5, 0)
    assert contents(sounds) == before


def test_only_a_changed_text_is_spoken_again(sounds):
    before = contents(sounds)
    changed = Prompt("hello", {"fr": "Bonsoir à vous.", "en": "Hello to you."})
    assert states(sounds, (changed, MENU, AND))["fr/hello"] == ("voice", "text changed since recording")
    assert build(sounds, (changed, MENU, AND), VOICE, languages=LANGUAGES).spoken == ("fr/hello",)
    after = contents(sounds)
    assert {n for n in after if after[n] != before[n]} == {"fr/hello.wav", "fr/hello.sln16", "manifest.json"}


def test_a_missing_file_of_either_rate_is_spoken_again(sounds):
    sound_file(sounds, "fr", "hello").unlink()
    sound_file(sounds, "en", "hello").with_suffix(".sln16").unlink()
    assert states(sounds)["fr/hello"] == ("voice", "missing")
    assert set(build(sounds, PROMPTS, VOICE, languages=LANGUAGES).spoken) == {"fr/hello", "en/hello"}


@pytest.mark.long
def test_another_voice_speaks_every_prompt_again(sounds):
    slower = EspeakVoice(words_per_minute=120)
    assert len(build(sounds, PROMPTS, slower, languages=LANGUAGES).spoken) == 5


def test_a_listening_caller_hears_the_old_prompt_to_its_end(sounds):
    file = sound_file(sounds, "fr", "hello")
    old = file.read_bytes()
    with file.open("rb") as listening:
        start = listening.read(100)
        build(sounds, [Prompt("hello", {"fr": "Tout à fait autre chose."})], VOICE, languages=["fr"])
        assert start + listening.read() == old
    assert file.read_bytes() != old


def test_a_recording_is_kept_by_later_builds(sounds, speech):
    seconds = replace(sounds, HELLO, "fr", record(HELLO, "fr", speech))
    assert seconds == pytest.approx(read_wav(speech).seconds, abs=0.6)
    recorded = sound_file(sounds, "fr", "hello").read_bytes()
    report = build(sounds, PROMPTS, EspeakVoice(words_per_minute=120), languages=LANGUAGES)
    assert report.recordings == 1
    assert sound_file(sounds, "fr", "hello").read_bytes() == recorded
    assert states(sounds)["fr/hello"] == ("recording", "good")


def test_a_recording_whose_text_has_changed_is_kept_and_reported(sounds, speech):
    replace(sounds, HELLO, "fr", record(HELLO, "fr", speech))
    changed = Prompt("hello", {"fr": "Bonsoir à vous."})
    assert build(sounds, [changed], VOICE, languages=["fr"]).spoken == ()
    assert states(sounds, (changed,))["fr/hello"] == ("recording", "text changed since recording")


def test_a_recording_can_be_replaced_by_the_voice_again(sounds, speech):
    spoken = sound_file(sounds, "fr", "hello").read_bytes()
    replace(sounds, HELLO, "fr", record(HELLO, "fr", speech))
    restore(sounds, HELLO, "fr", VOICE)
    assert sound_file(sounds, "fr", "hello").read_bytes() == spoken
    assert states(sounds)["fr/hello"] == ("voice", "good")


def test_an_unusable_recording_leaves_the_prompt_as_it_was(sounds, tmp_path):
    before = contents(sounds)
    write_wav(tmp_path / "silence.wav", Pcm(bytes(16_000), 8_000))
    with pytest.raises(AudioRefused, match="nothing can be heard"):
        record(HELLO, "fr", tmp_path / "silence.wav")
    with pytest.raises(PromptError, match="not spoken in 'en'"):
        record(AND, "en", tmp_path / "silence.wav")
    assert contents(sounds) == before


def test_a_prompt_that_is_too_loud_too_quiet_or_damaged_is_reported(sounds):
    for key, gain in (("hello", 4), ("menu-main-34", 0.25)):
        file = sound_file(sounds, "fr", key)
        samples = memoryview(read_wav(file).samples).cast("h")
        scaled = b"".join(max(-32768, min(32767, int(s * gain))).to_bytes(2, "little", signed=True) for s in samples)
        write_wav(file, Pcm(scaled, 8_000))
    sound_file(sounds, "fr", "digits/et").write_bytes(b"RIFF")
    found = {name: state for name, (_, state) in states(sounds).items() if name.startswith("fr/")}
    assert found == {"fr/hello": "too loud", "fr/menu-main-34": "too quiet", "fr/digits/et": "damaged"}


def test_progress_is_reported_after_each_prompt(tmp_path):
    reports = []
    build(tmp_path, PROMPTS, VOICE, languages=["fr"], progress=lambda *report: reports.append(report))
    assert reports == [(1, 3, "fr/hello"), (2, 3, "fr/menu-main-34"), (3, 3, "fr/digits/et")]


def test_prompts_spoken_before_a_failure_are_kept(tmp_path):
    class FailingVoice(EspeakVoice):
        def speak(self, text, language, out):
            if text == MENU.texts["fr"]:
                raise VoiceError("the voice is lost")
            super().speak(text, language, out)

    with pytest.raises(VoiceError, match="the voice is lost"):
        build(tmp_path, (HELLO, MENU), FailingVoice(), languages=["fr"])
    assert build(tmp_path, (HELLO, MENU), VOICE, languages=["fr"]).spoken == ("fr/menu-main-34",)


@pytest.mark.long
def test_two_builds_at_once_speak_each_prompt_once(tmp_path):
    reports = []
    threads = [
        threading.Thread(target=lambda: reports.append(build(tmp_path, PROMPTS, VOICE, languages=LANGUAGES)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(report.spoken) for report in reports) == [0, 5]
