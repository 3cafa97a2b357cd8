"""The texts of prompts, and the keys that Asterisk expects."""

from dataclasses import dataclass, field

import pytest

from prompts.catalogue import LANGUAGES, PromptError, all_prompts, fixed_prompts


@dataclass
class FakeSentence:
    key: str
    texts: dict[str, str] = field(default_factory=lambda: {"fr": "Bonjour.", "en": "Hello."})


def french_number(number: int) -> list[str]:
    """The files that say.c plays for a number from 1 to 999 in French."""
    if number >= 200:
        return [f"{number // 100}", "hundred", *french_number(number % 100)]
    if number >= 100:
        return ["hundred", *french_number(number - 100)]
    if number >= 80:
        return ["80", *french_number(number - 80)]
    if number <= 20:
        return [str(number)] if number else []
    tens = 60 if number >= 70 else number // 10 * 10
    return [str(tens), *(["et"] if number % 10 == 1 else []), *french_number(number - tens)]


def test_every_prompt_has_a_text_in_both_languages():
    french_only = {"digits/et", "digits/1F"}
    for prompt in fixed_prompts():
        assert set(prompt.texts) == ({"fr"} if prompt.key in french_only else set(LANGUAGES))
        assert all(text == text.strip() and text.isprintable() for text in prompt.texts.values())


def test_asterisk_finds_a_prompt_for_every_french_number():
    spoken = {prompt.key for prompt in fixed_prompts() if "fr" in prompt.texts}
    for number in range(1, 1000):
        assert {f"digits/{word}" for word in french_number(number)} <= spoken
    assert "digits/0" in spoken


def test_asterisk_finds_a_prompt_for_every_file_of_queue():
    """The defaults of queues.conf in Asterisk 22 (app_queue.c), without the one that our queues.conf disables."""
    names = "youarenext thereare callswaiting quantity1 quantity2 holdtime minute minutes seconds reporthold"
    assert {f"queue-{name}" for name in names.split()} <= {prompt.key for prompt in fixed_prompts()}


def test_the_sentences_of_the_plan_are_added():
    prompts = all_prompts([FakeSentence("greeting-33199000000"), FakeSentence("menu-main-34")])
    assert [prompt.key for prompt in prompts[-2:]] == ["greeting-33199000000", "menu-main-34"]
    assert len(prompts) == len(fixed_prompts()) + 2


@pytest.mark.parametrize("sentences", [[FakeSentence("apology")], [FakeSentence("menu"), FakeSentence("menu")]])
def test_two_prompts_cannot_have_one_key(sentences):
    with pytest.raises(PromptError, match="two prompts are called"):
        all_prompts(sentences)


@pytest.mark.parametrize("key", ["", "../secret", "/etc/motd", "a/b/c", "menu main", "menu&beep", ".hidden", "menu\n"])
def test_a_key_that_is_not_a_file_name_is_refused(key):
    with pytest.raises(PromptError, match="cannot name a sound file"):
        all_prompts([FakeSentence(key)])
