"""Somebody whom we know records a message, hears it as callers will, and publishes it or leaves it as a draft."""

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agi.call import Call
from agi.channel import HungUp
from agi.memory import Memory
from agi.studio import Studio
from prompts import drafts
from prompts.drafts import Shelf
from prompts.loudness import Loudness
from prompts.refusals import AudioRefused
from records import message_drafts
from records.desk_rings import Part
from records.message_draft import Draft, NeedsSecond, Overtaken, Period
from records.message_drafts import newest_of
from records.viewer import Viewer
from routing.menus import slots_by_key
from routing.messages import in_force
from routing.plan import Slot

ASK_S = 8
SILENCE_S = 5  # ends a recording
TRIES = 3
LEFT_BEHIND_S = 3600
SOURCE = {"fr": "téléphone", "en": "telephone"}
"""What is shown in the place of a file's name."""


def record_message(call: Call, memory: Memory, studio: Studio, viewer: Viewer, known: Slot | None = None) -> None:
    """Whatever ends the call, what was spoken is kept as a draft; callers hear it only once 1 was pressed.

    `known`: the slot, where it need not be asked for.
    """
    _tidy(studio.spoken)
    if slot := known or _which(call, memory):
        room = _Room(call, memory, studio, viewer, slot)
        while (take := room.record()) and room.wants_another(take):
            room.put_aside(take)


def _tidy(spoken: Path) -> None:
    """Removes what a call has left behind in which we failed."""
    for file in spoken.glob("*.wav"):
        if time.time() - file.stat().st_mtime > LEFT_BEHIND_S:
            file.unlink(missing_ok=True)


def hear_draft(call: Call, studio: Studio, viewer: Viewer, part: Part) -> None:
    """Plays a part of a draft, as callers would hear it."""
    draft = message_drafts.show(studio.base, viewer, part.draft_id)
    heard = call.meanwhile("record-moment", partial(_as_heard, studio, draft, part.from_s, part.until_s))
    call.say("record-heard")
    call.play(heard)


def _as_heard(studio: Studio, draft: Draft, from_s: float, until_s: float) -> str:
    """That part of the draft as callers will hear it, as Asterisk names sounds."""
    return str(drafts.preview(_shelf(studio), draft, from_s, until_s).with_suffix(""))


def _shelf(studio: Studio) -> Shelf:
    return Shelf(studio.drafts, studio.messages)


def _which(call: Call, memory: Memory) -> Slot | None:
    """The slot to be recorded, named by the key on which callers hear it."""
    slots = slots_by_key(memory.house.plan)
    key = next(iter(slots), None)
    if len({slot.name for slot in slots.values()}) > 1:
        answers = (call.ask(["record-which"], ASK_S) for _ in range(TRIES))
        key = next((answer for answer in answers if answer in slots), None)
    if key is None:
        call.say("staff-line-failed")
        return None
    call.say("record-slot")
    call.say(f"digits/{key}")
    return slots[key]


@dataclass(frozen=True, slots=True)
class _Take:
    """What was spoken once: `heard` is the sound as callers will hear it, as Asterisk names it."""

    draft: Draft
    heard: str


@dataclass(frozen=True, slots=True)
class _Room:
    call: Call
    memory: Memory
    studio: Studio
    viewer: Viewer
    slot: Slot

    def record(self) -> _Take | None:
        """None when nothing usable was spoken, after several tries."""
        for _ in range(TRIES):
            spoken = self.studio.spoken / f"{secrets.token_hex(8)}.wav"
            keep = partial(self._keep, spoken)
            self.call.say("record-begin")
            try:
                self.call.record(spoken, self.slot.max_seconds, SILENCE_S)
            except HungUp:
                with suppress(AudioRefused):
                    keep()
                raise
            try:
                return self.call.meanwhile("record-moment", keep)
            except AudioRefused:
                self.call.say("record-unusable")
        return None

    def wants_another(self, take: _Take) -> bool:
        """Plays it back and does what is asked; True for another recording in the place of this one."""
        if take.draft.sound.loudness != Loudness.GOOD:
            self.call.say(f"record-{take.draft.sound.loudness}")
        key, misses = self._play(take), 0
        help_first: list[str] = []
        seen = newest_of(self.memory.house.messages.get(self.slot.name, ()))
        while misses < TRIES:
            key = key or self.call.ask([*help_first, "record-menu"], ASK_S)
            help_first = []
            match key:
                case "1":
                    try:
                        self._publish(take.draft, seen.id if seen else None)
                        return False
                    except Overtaken as by:
                        seen, help_first = by.version, ["record-overtaken"]
                case "2":
                    key = self._play(take)
                    continue
                case "3":
                    return True
                case "4":
                    break
                case "*":
                    help_first = ["record-help"]
                case _:
                    misses += 1
            key = None
        self.call.say("record-kept")
        return False

    def put_aside(self, take: _Take) -> None:
        message_drafts.discard(self.studio.base, self.viewer, take.draft.id, take.draft.revision, at=self.call.now)

    def _keep(self, spoken: Path) -> _Take:
        base, shelf, name = self.studio.base, _shelf(self.studio), SOURCE[self.call.language]
        try:
            draft = drafts.hand_in(base, shelf, self.viewer, spoken, name, self.slot.name, at=self.call.now)
        finally:
            spoken.unlink(missing_ok=True)
        return _Take(draft, _as_heard(self.studio, draft, draft.wording.from_s, draft.wording.until_s))

    def _play(self, take: _Take) -> str | None:
        self.call.say("record-heard")
        return self.call.play(take.heard).key

    def _publish(self, draft: Draft, seen: int | None) -> None:
        """Raises Overtaken."""
        base, shelf, at = self.studio.base, _shelf(self.studio), self.call.now
        told = (draft.revision, draft.wording, Period())
        publish = partial(drafts.publish, base, shelf, self.viewer, draft, *told, self.slot, seen=seen, at=at)
        try:
            self.call.meanwhile("record-moment", publish)
        except NeedsSecond:
            message_drafts.hand_in(base, self.viewer, draft.id, *told, at=at)
            return self.call.say("record-handed-in")
        silent = in_force(self.memory.house.embargoes, at)
        self.call.say("record-published-embargo" if silent else "record-published")
