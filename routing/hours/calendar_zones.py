"""The time zone that a calendar file names: an IANA name, a name of Windows, a rule of its own, or nothing known."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from routing.hours.calendar_text import TextBlock

_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?(?::?\d{2})?", re.IGNORECASE)
_UTC_NAMES = frozenset({"utc", "gmt", "z", "zulu", "etc/utc", "etc/gmt", "coordinated universal time", "(utc)"})
_WINTER, _SUMMER = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ZoneNames:
    """Finds zones by the names that one file uses. `definitions`: its VTIMEZONE blocks by name."""

    local: tzinfo
    definitions: Mapping[str, TextBlock]
    unknown: set[str] = field(default_factory=set)
    """Names that nothing explains; their times are read as local ones."""
    _found: dict[str, tzinfo] = field(default_factory=dict)

    @classmethod
    def of(cls, blocks: Iterable[TextBlock], local: tzinfo) -> "ZoneNames":
        """The names that the zones among `blocks` define."""
        zones = {block.value("TZID").strip('"'): block for block in blocks if block.kind == "VTIMEZONE"}
        return cls(local, zones)

    def find(self, name: str) -> tzinfo:
        """The zone of this name, and the local one for a name that is not known, which is then in `unknown`."""
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def _look_up(self, name: str) -> tzinfo:
        definition = self.definitions.get(name)
        candidates = [name, definition.value("X-LIC-LOCATION") if definition else ""]
        for candidate in filter(None, candidates):
            if zone := _find_by_name(candidate):
                return zone
        offsets = _defined_offsets(definition) if definition else _named_offset(name)
        if offsets and (zone := self._find_by_offsets(offsets)):
            return zone
        self.unknown.add(name)
        return self.local

    def _find_by_offsets(self, offsets: frozenset[timedelta]) -> tzinfo | None:
        """The local zone if its offsets are these; else a zone that has them."""
        if offsets <= _offsets_of(self.local):
            return self.local
        if len(offsets) == 1:
            return timezone(next(iter(offsets)))
        by_region = sorted(_zones_by_folded_name().values(), key=lambda key: (not key.startswith("Europe/"), key))
        return next((zone for zone in map(ZoneInfo, by_region) if _offsets_of(zone) == offsets), None)


def _find_by_name(name: str) -> tzinfo | None:
    """A zone of IANA or Windows, also behind a prefix: /freeassociation.sourceforge.net/Europe/Paris."""
    plain = name.strip().strip("/")
    if plain.casefold() in _UTC_NAMES:
        return UTC
    if olson := _windows_zones().get(plain.casefold()):
        return ZoneInfo(olson)
    parts = plain.split("/")
    if parts[-1].casefold() in _UTC_NAMES:
        return UTC
    known = _zones_by_folded_name()
    for start in range(len(parts)):
        if key := known.get("/".join(parts[start:]).replace(" ", "_").casefold()):
            return ZoneInfo(key) if start < len(parts) - 1 or len(parts) == 1 else None
    return None


@lru_cache(maxsize=1)
def _zones_by_folded_name() -> Mapping[str, str]:
    return {key.casefold(): key for key in available_timezones()}


def _defined_offsets(zone: TextBlock) -> frozenset[timedelta]:
    """The offsets from UTC of a zone's standard and daylight time."""
    found = (_parse_offset(line.value) for line in zone.find_all("TZOFFSETTO"))
    return frozenset(offset for offset in found if offset is not None)


def _named_offset(name: str) -> frozenset[timedelta]:
    """The offset in a name such as "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris" or "GMT+0100"."""
    found = re.search(r"(?:UTC|GMT)\s*[+-]\d{1,2}(?::?\d{2})?", name, re.IGNORECASE)
    offset = _parse_offset(found[0]) if found else None
    return frozenset() if offset is None else frozenset({offset})


def _parse_offset(text: str) -> timedelta | None:
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset >= timedelta(hours=24):
        return None
    return -offset if found[1] == "-" else offset


def _offsets_of(zone: tzinfo) -> frozenset[timedelta]:
    return frozenset(moment.astimezone(zone).utcoffset() or timedelta() for moment in (_WINTER, _SUMMER))


@cache
def _windows_zones() -> Mapping[str, str]:
    """The zones of Windows: by their names, those that everybody else uses."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # here, as a calendar is rarely imported

    return {name.casefold(): olson for name, olson in WINDOWS_TO_OLSON.items()}
