"""The page of voices: each engine is heard, one is prepared and chosen for each language."""

import json
import re
import stat
from dataclasses import replace
from html import unescape
from itertools import cycle
from pathlib import Path

import pytest
from audio_services import audio_services_in
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS
from plan_section import PlanSection
from reception import wait_for

from prompts.voices.registry import VoiceSettings
from records.database.engine import Database
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan
from routing.voice_engines import VoiceEngine

PAGE = "/plan/voices"
PIPER = '#!/bin/sh\nexec espeak-ng -v en -s 300 -w "$4" --stdin\n'


@pytest.fixture
def section(database: Database, tmp_path: Path) -> PlanSection:
    console = ConsoleApp(database, audio_services=audio_services_in(tmp_path))
    section = PlanSection(console, tmp_path)
    program, model = tmp_path / "piper", tmp_path / "en_US-joe-medium.onnx"
    program.write_text(PIPER)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    model.write_bytes(b"model")
    described = {"audio": {"sample_rate": 22050}, "language": {"family": "en"}}
    model.with_name(f"{model.name}.json").write_text(json.dumps(described))
    voices = VoiceSettings(tmp_path / "speech", "espeak-ng", str(program), {"en": model})
    context = console.app.extensions["app_context"]
    services = replace(context.plan_services, voices=voices)
    console.app.extensions["app_context"] = replace(context, plan_services=services)
    return section


@pytest.fixture
def anne(section: PlanSection) -> ConsoleUser:
    return section.console.sign_in(Role.SUPERVISOR)


def test_the_same_sentence_is_heard_by_each_engine(anne: ConsoleUser) -> None:
    page = anne.get(PAGE).text
    assert "en_US-joe-medium" in page and "22050 Hz" in page and len(re.findall(r"[0-9a-f]{64}", page)) == 1
    assert "pas encore de modèle pour cette langue (Français)" in unescape(page)
    sounds = []
    for engine in ("espeak-ng", "piper"):
        heard = anne.post(PAGE, {"do": f"hear:en:{engine}", "sample-en": "Good morning.", "voice-en": "piper"})
        assert heard.status_code == 200 and "Good morning." in heard.text
        name = re.search(r"/plan/sound/([0-9a-f]{32})\.wav", heard.text)
        assert name
        sounds.append(anne.get(name[0]).data)
    assert sounds[0] != sounds[1] and all(len(sound) > 5000 for sound in sounds)
    lost = anne.post(PAGE, {"do": "hear:fr:piper", "sample-fr": "Bonjour."})
    assert lost.status_code == 422 and "Cette voix n'a pas fonctionné" in unescape(lost.text)
    empty = anne.post(PAGE, {"do": "hear:en:piper", "sample-en": ""})
    assert empty.status_code == 422 and "300 caractères au plus" in empty.text


def test_a_voice_is_prepared_then_reviewed_then_in_force(section: PlanSection, anne: ConsoleUser) -> None:
    services = section.console.app.extensions["app_context"].plan_services
    started = anne.post(PAGE, {"do": "choose", "voice-fr": "espeak-ng", "voice-en": "piper"})
    assert started.status_code == 303
    wait_for(lambda: not anne.get(f"{PAGE}/progress.json").json["running"], "the voice to be prepared", 60)
    done = anne.get(f"{PAGE}/progress.json").json
    assert done["done"] == done["total"] > 5 and not done["error"]
    ready = anne.get(started.location).text
    assert 'value="piper" checked' in ready and "Elles sont prêtes" in ready
    assert "voices:" not in re.sub(r"(?m)^#.*", "", section.text)  # nothing has changed for callers

    review = anne.post(PAGE, {"do": "choose", "voice-fr": "espeak-ng", "voice-en": "piper"})
    assert "sera dit en anglais par la voix naturelle (piper)" in unescape(review.text)
    fields = dict(re.findall(r'name="(base|origin)" value="([^"]*)"', review.text))
    text = re.search(r'<(?:textarea|input)[^>]*name="text"[^>]*(?:value="([^"]*)"|>\n?([^<]*)<)', review.text)
    assert text
    new = unescape(text[1] or text[2])
    anne.post("/plan/review", {**fields, "text": new, "do": "save"})
    assert parse_plan(section.text).voices == {"fr": VoiceEngine.ESPEAK, "en": VoiceEngine.PIPER}
    assert "actuellement : naturelle (piper)" in anne.get(PAGE).text
    assert services.voices and list(services.voices.cache.glob("*.wav"))


def test_a_choice_that_cannot_speak_is_refused(section: PlanSection, anne: ConsoleUser) -> None:
    refused = anne.post(PAGE, {"do": "choose", "voice-fr": "piper"})
    assert refused.status_code == 422 and "piper_model_fr" in refused.text


def test_naughty_strings_on_the_page_of_voices(anne: ConsoleUser) -> None:
    fields = ("voice-fr", "voice-en", "sample-fr", "sample-en", "do")
    for text, field in zip(NAUGHTY_STRINGS, cycle(fields), strict=False):
        answer = anne.post(PAGE, {"do": "look", field: text})
        assert answer.status_code == 200 and "<script>alert" not in answer.text, (field, text)
        assert anne.get(PAGE, query_string={field: text}).status_code == 200, (field, text)
