"""Which events of a calendar file belong together: a series with its changed repetitions, revisions, cancellations."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.hours.calendar_text import TextBlock
from translations.message import Message, translatable


@dataclass(slots=True)
class Series:
    """An event with its changed repetitions, as places in the file; `zone` is that of its beginning."""

    master: int
    changes: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SeriesFinder:
    """Finds the series of a file. `problems` gets what is wrong with the events that belong to none."""

    events: Sequence[TextBlock]
    problems: dict[int, Message]

    def find(self) -> list[Series]:
        """Events without RECURRENCE-ID are each a series; those with one belong to the series of their UID.

        Programs have written one UID into every event, so it does not make two events one; only a later SEQUENCE
        replaces an earlier one.
        """
        masters: dict[str, list[int]] = defaultdict(list)
        changes: dict[str, list[int]] = defaultdict(list)
        for place, event in enumerate(self.events):
            if not event.complete:
                self.problems[place] = translatable("is not complete: END:VEVENT is missing")
            elif self._is_cancelled(event):
                self.problems[place] = translatable("is cancelled")
            else:
                (changes if event.find("RECURRENCE-ID") else masters)[event.value("UID")].append(place)
        self._remove_cancelled(masters, changes)
        series = []
        for uid, places in masters.items():
            kept = self._without_replaced(places) if uid else places
            if not kept:
                continue
            series += [Series(place) for place in kept]
            if uid in changes:
                repeating = [one for one in series[-len(kept) :] if self.events[one.master].find("RRULE")]
                (repeating or series)[-1].changes += self._without_replaced(changes.pop(uid), "RECURRENCE-ID")
        return series + [Series(place) for places in changes.values() for place in places]

    def _remove_cancelled(self, masters: dict[str, list[int]], changes: dict[str, list[int]]) -> None:
        """Takes out what a cancellation of the same UID concerns: earlier revisions, and the same one at that time.

        Programs have written one UID into every event, so a cancellation without a later SEQUENCE ends no others.
        """
        for place, event in enumerate(self.events):
            uid = event.value("UID")
            if not uid or not self._is_cancelled(event):
                continue
            for found in (masters, changes):
                ended = [other for other in found.get(uid, ()) if self._is_ended(other, place)]
                found[uid] = [other for other in found.get(uid, ()) if other not in ended]
                for other in ended:
                    self.problems[other] = translatable("is cancelled by a later version of itself in this file")
                if not found[uid]:
                    del found[uid]

    def _is_ended(self, place: int, cancellation: int) -> bool:
        earlier, later = self._revision(place), self._revision(cancellation)
        begins = [
            self.events[each].value("RECURRENCE-ID") or self.events[each].value("DTSTART")
            for each in (place, cancellation)
        ]
        return earlier < later or (earlier == later and begins[0] == begins[1])

    def _is_cancelled(self, event: TextBlock) -> bool:
        """Whether the event is a cancellation of all its times."""
        return event.complete and event.value("STATUS").upper() == "CANCELLED" and not event.find("RECURRENCE-ID")

    def _without_replaced(self, places: Sequence[int], *same: str) -> list[int]:
        """The events without those that a later revision replaces."""
        latest: dict[tuple[str, ...], int] = {}
        for place in places:
            key = tuple(self.events[place].value(name) for name in same)
            latest[key] = max(latest.get(key, 0), self._revision(place))
        kept = []
        for place in places:
            key = tuple(self.events[place].value(name) for name in same)
            if self._revision(place) < latest[key]:
                self.problems[place] = translatable("is replaced by a later version of itself in this file")
            else:
                kept.append(place)
        return kept

    def _revision(self, place: int) -> int:
        sequence = self.events[place].value("SEQUENCE")
        return int(sequence) if re.fullmatch(r"\d{1,9}", sequence, re.ASCII) else 0
