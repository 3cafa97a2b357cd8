"""How alike two names are: typing errors, the same sound, and short forms of first names."""

from functools import lru_cache

from rapidfuzz.distance import OSA

from routing.person_names import sound_of as uncached_sound_of
from routing.split_names import is_first_name

sound_of = lru_cache(maxsize=20_000)(uncached_sound_of)


def is_misspelt(one: str, other: str, *, most: int) -> bool:
    """Whether `one` becomes `other` by at most so many letters that are missing, wrong, too many or swapped."""
    return OSA.distance(one, other, score_cutoff=most) <= most


def word_likeness(one: tuple[str, ...], other: tuple[str, ...], one_is_known: bool = False) -> float:
    """1 for the same letters, less for the same sound and for typing errors; 0 for different words.

    A short word may have an error when the other one is known to be a name: "Pual", but not "Lena" and "Lana".
    """
    ours, theirs = "".join(one), "".join(other)
    if ours == theirs:
        return 1.0
    if min(len(ours), len(theirs)) < 3:
        return 0.0
    if [*map(sound_of, one)] == [*map(sound_of, other)]:
        return 0.95
    shortest = min(len(ours), len(theirs))
    allowed = 2 if shortest >= 8 else 1 if shortest >= (4 if one_is_known else 5) else 0
    errors = OSA.distance(ours, theirs, score_cutoff=allowed)
    return 0.0 if errors > allowed else 0.92 if errors == 1 else 0.88


def is_shortened(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """An initial, initials (JP), the beginning of a name (Fred), or a part of a compound one (Marie, Marie-Claude)."""
    written, letters = "".join(short), "".join(word[0] for word in full)
    if len(written) == 1:
        return full[0].startswith(written)
    if written == letters or set(short) < set(full):
        return True
    if len(full) != 1 or len(short) != 1 or (is_first_name(short) and is_first_name(full)):
        return False
    return len(written) >= 3 and full[0].startswith(written)
