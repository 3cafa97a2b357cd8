"""What callers hear is exchanged, spoilt or gone."""

import os
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from random import Random
from threading import Event

from fault_case import Unkept, case, heard
from witnesses import Lived
from workload import Caller, Workload

from caller.story import Press
from records import messages


@case(short=True)
def message_swapped_while_it_is_heard(work: Workload, chance: Random) -> list[Lived]:
    return _swapped(work, chance, listeners=5, swaps=10)


@case()
def message_swapped_a_hundred_times_under_fifty_listeners(work: Workload, chance: Random) -> list[Lived]:
    return _swapped(work, chance, listeners=50, swaps=100)


def _swapped(work: Workload, chance: Random, *, listeners: int, swaps: int) -> list[Lived]:
    work.publish("Premier message, avec ses mots à lui, que l'on entend du début à la fin.")
    work.publish("Voici le second, qui dit tout autre chose et le dit plus lentement, mot après mot.")
    ear = work.ear  # before the versions that put one of these two back
    numbers, files = work.numbers(chance, listeners), []
    for turn in range(swaps):
        if turn % (swaps // listeners) == 0 and numbers:
            files += work.listen([numbers.pop()], "3", 12)
        messages.roll_back(work.reception.base, "daily", by="a test", at=datetime.now(UTC))
        Event().wait(12 / swaps * chance.uniform(0.5, 1.5))
    work.settle(60)
    work.__dict__["ear"] = ear
    lived = [work.heard(file) for file in files]
    for one in lived:
        played = [sound for sound in heard(one) if sound.key.startswith("message-")]
        if len(played) != 1 or not ear.to_its_end(played[0]):
            raise Unkept(f"somebody heard no whole message, but {played}")
    return lived


@case()
def prompts_missing_cut_and_empty(work: Workload, chance: Random) -> list[Lived]:
    """Three prompts of the menu are spoilt: whoever calls still reaches what he wants."""
    sounds = work.reception.settings.sounds
    spoilt = ["greeting-33199000000", "menu-main-1", "menu-main-2"]
    ruins = [lambda file: file.unlink(), lambda file: os.truncate(file, 100), lambda file: os.truncate(file, 0)]
    chance.shuffle(ruins)
    _ = work.ear  # knows them as they were
    with ExitStack() as mended:
        for prompt, ruin in zip(spoilt, ruins, strict=True):
            for file in sounds.glob(f"fr/{prompt}.*"):
                kept = work.folder / file.name
                shutil.copy2(file, kept)
                mended.callback(os.replace, kept, file)
                ruin(file)
        key, none = work.numbers(chance, 2)
        lived = work.call([Caller(key, (Press(keys="1", at_s=2),), stays_s=9), Caller(none, stays_s=40)])
    for one in lived:
        if not any(sound.key.startswith("staff-") for sound in heard(one)):
            raise Unkept(f"a spoilt prompt kept somebody from the team:\n{one.story}")
    return lived
