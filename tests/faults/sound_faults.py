"""Messages and prompts are replaced, damaged or removed."""

import os
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from random import Random
from threading import Event

from evidence import CallerExperience
from fault_case import GuaranteeBroken, fault_case, heard_prompts
from workload import SimulatedCaller, Workload

from caller.scripted_call import Press
from records.messages import message_versions


@fault_case()
def message_swapped_while_it_is_heard(work: Workload, chance: Random) -> list[CallerExperience]:
    return _swap_messages(work, chance, listeners=5, swaps=10)


@fault_case()
def message_swapped_a_hundred_times_under_fifty_listeners(work: Workload, chance: Random) -> list[CallerExperience]:
    return _swap_messages(work, chance, listeners=50, swaps=100)


def _swap_messages(work: Workload, chance: Random, *, listeners: int, swaps: int) -> list[CallerExperience]:
    work.publish("Premier message, avec ses mots à lui, que l'on entend du début à la fin.")
    work.publish("Voici le second, qui dit tout autre chose et le dit plus lentement, mot après mot.")
    recognizer = work.prompt_recognizer  # read before roll-backs add versions with the same two sounds
    numbers, files = work.numbers(chance, listeners), []
    for turn in range(swaps):
        if turn % (swaps // listeners) == 0 and numbers:
            files += work.call_without_phone([numbers.pop()], "3", 12)
        message_versions.roll_back_message(work.reception.database, "daily", by="a test", at=datetime.now(UTC))
        Event().wait(12 / swaps * chance.uniform(0.5, 1.5))
    work.wait_until_idle(60)
    work.__dict__["prompt_recognizer"] = recognizer
    lived = [work.read_experience(file) for file in files]
    for one in lived:
        played = [sound for sound in heard_prompts(one) if sound.key.startswith("message-")]
        if len(played) != 1 or not recognizer.is_heard_to_end(played[0]):
            raise GuaranteeBroken(f"a caller heard no whole message, but {played}")
    return lived


@fault_case()
def prompts_missing_cut_and_empty(work: Workload, chance: Random) -> list[CallerExperience]:
    """Three prompts of the menu are damaged: callers still reach their choice."""
    sounds = work.reception.settings.sounds
    damaged = ["greeting-33199000000", "menu-main-1", "menu-main-2"]
    damages = [lambda file: file.unlink(), lambda file: os.truncate(file, 100), lambda file: os.truncate(file, 0)]
    chance.shuffle(damages)
    _ = work.prompt_recognizer  # recognizes the undamaged ones
    with ExitStack() as restored:
        for prompt, damage in zip(damaged, damages, strict=True):
            for file in sounds.glob(f"fr/{prompt}.*"):
                kept = work.folder / file.name
                shutil.copy2(file, kept)
                restored.callback(os.replace, kept, file)
                damage(file)
        key, none = work.numbers(chance, 2)
        lived = work.call(
            [SimulatedCaller(key, (Press(keys="1", at_s=2),), stays_s=9), SimulatedCaller(none, stays_s=40)]
        )
    for one in lived:
        if not any(sound.key.startswith("staff-") for sound in heard_prompts(one)):
            raise GuaranteeBroken(f"with a damaged prompt a caller did not reach the team:\n{one.report}")
    return lived
