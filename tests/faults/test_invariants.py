"""The invariant checks, on invented experiences of callers: what each heard, with the times in seconds."""

from collections import Counter

import pytest
from evidence import CallerExperience, Evidence
from invariants import everybody_is_served, nobody_is_left_in_silence

from caller.prompt_recognizer import HeardPrompt, Silence, Sound
from caller.tones import Tone

FAULT_S = 10.0


def prompt(key: str, start_s: float, end_s: float) -> HeardPrompt:
    return HeardPrompt(key, start_s, end_s, True, 1.0, 0.0, end_s - start_s)


def experience(*sounds: Sound, fault_s: float = FAULT_S, pressed_s: tuple[float, ...] = ()) -> Evidence:
    lived = CallerExperience("+33639980001", sounds, 0.0, hung_up_on=False, fault_s=fault_s, pressed_s=pressed_s)
    return Evidence((lived,), Counter(), Counter(), "", (), (), 0)


MENU = prompt("menu-main-1", 0, 9)
APOLOGY, STAFF = prompt("apology", 12, 15), prompt("staff-connecting", 15, 17)
OFFER = (prompt("offer-this-number", 8, 11), prompt("offer-other-number", 11, 13), prompt("offer-or-voicemail", 13, 15))


@pytest.mark.parametrize(
    ("served", "sounds"),
    [
        (True, (MENU, APOLOGY, STAFF)),
        (False, (MENU, Silence(9, 30))),
        (False, OFFER),  # a prompt that the fault cuts, and those joined to it, do not count
        (True, (*OFFER, prompt("voicemail-invite", 16, 19))),
        (False, (prompt("staff-connecting", 8, 11), Silence(11, 30))),
        (True, (Tone(500, 8, 30),)),
        (True, (prompt("voicemail-invite", 4, 8), Tone(1000, 8, 8.2), Silence(8.2, 30))),  # it is recorded
        (True, (MENU,)),  # the caller hung up before
        (True, (MENU, Silence(9, 12.5))),  # and soon after
    ],
)
def test_a_caller_is_served_by_prompts_that_begin_after_the_fault(served: bool, sounds: tuple[Sound, ...]) -> None:
    assert (list(everybody_is_served(experience(*sounds))) == []) is served


@pytest.mark.parametrize(
    ("kept", "sounds", "pressed_s"),
    [
        (True, (MENU, Silence(9, 18), APOLOGY), ()),  # 6.5 s for a key, then 3
        (False, (MENU, Silence(9, 19), APOLOGY), ()),
        (True, (MENU, Silence(9, 13), APOLOGY), (10.5,)),
        (False, (MENU, Silence(9, 14), APOLOGY), (10.5,)),
        (False, (MENU, Silence(9, 13), APOLOGY), (8.5,)),
        (False, (STAFF, Silence(17, 20.5)), ()),  # silence at the end counts
        (True, (prompt("voicemail-invite", 4, 8), Tone(1000, 8, 8.2), Silence(8.2, 30)), ()),
    ],
)
def test_a_silence_that_is_too_long_is_found(
    kept: bool, sounds: tuple[Sound, ...], pressed_s: tuple[float, ...]
) -> None:
    assert (list(nobody_is_left_in_silence(experience(*sounds, pressed_s=pressed_s))) == []) is kept
