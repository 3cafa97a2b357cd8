"""Names of people split into first name and surname, in whatever order they are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from routing.first_names import FIRST_NAMES
from routing.person_names import fold, name_words

_PARTICLES = frozenset(
    ("de", "du", "des", "la", "le", "d", "l", "van", "von", "der", "den", "el", "al", "da", "dos", "di")
)
_MARRIED = frozenset(("nee", "ne", "epouse", "ep", "veuve", "vve"))
_GENERATIONS = {
    "fils": "son", "junior": "son", "jr": "son", "jnr": "son", "ii": "son",
    "pere": "father", "senior": "father", "sr": "father",
}  # fmt: skip
_MAX_TOKENS = 6


@dataclass(frozen=True, slots=True)
class SplitName:
    """`first` and `last` in folded words. `is_certain`: which is which follows from the words or how they are written.

    `generation`: "father" or "son" where the name says so.
    """

    first: tuple[str, ...]
    last: tuple[str, ...]
    is_certain: bool = False
    generation: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return (*self.first, *self.last)


def is_first_name(words: tuple[str, ...]) -> bool:
    """Whether each of the words is a frequent first name."""
    return bool(words) and all(word in FIRST_NAMES for word in words)


@lru_cache(maxsize=5_000)
def split_name(name: str) -> SplitName:
    """The parts of a name: "Jean-Pierre de La Tour", "DUPONT Jean", "Dupont, Jean", "Marie Dupont née Durand"."""
    before, comma, after = name.partition(",")
    tokens, generation = _tokens(name)
    if comma and before.strip() and after.strip():
        last, first = _tokens(before)[0], _tokens(after)[0]
        return SplitName(_words(first), _words(last), True, generation)
    if len(tokens) < 2:
        words = _words(tokens)
        if is_first_name(words):
            return SplitName(words, (), False, generation)
        return SplitName((), words, False, generation)
    count, is_certain = _count_first(tokens)
    if count > 0:
        return SplitName(_words(tokens[:count]), _words(tokens[count:]), is_certain, generation)
    return SplitName(_words(tokens[count:]), _words(tokens[:count]), is_certain, generation)


def _count_first(tokens: Sequence[str]) -> tuple[int, bool]:
    """How many tokens from the beginning are the first name, negative for as many at the end; whether that is sure."""
    capitals = [len(token) > 2 and token.isupper() for token in tokens]
    if not all(capitals) and any(capitals):
        if capitals[0] and not capitals[-1]:
            return -(len(tokens) - (capitals.index(False))), True
        if capitals[-1] and not capitals[0]:
            return capitals.index(True), True
    known = [len(token) == 1 or is_first_name(name_words(token)) for token in tokens]
    leading = known.index(False) if False in known else len(known)
    trailing = known[::-1].index(False) if False in known else len(known)
    if leading and not known[-1]:
        return min(leading, len(tokens) - 1), True
    if trailing and not known[0]:
        return -min(trailing, len(tokens) - 1), True
    return (len(tokens) - 1 if all(known) else 1), False


def _tokens(name: str) -> tuple[list[str], str]:
    """The words of a name as they are written, compounds together, without particles and titles; the generation."""
    tokens, generation = [], ""
    for token in re.findall(r"[^\W_]+(?:[-'’.][^\W_]+)*", name)[: 2 * _MAX_TOKENS]:
        folded = fold(token)
        if folded in _GENERATIONS:
            generation = _GENERATIONS[folded]
        elif folded not in _MARRIED and folded not in ("mme", "mlle", "mr", "m", "monsieur", "madame", "mademoiselle"):
            tokens.append(token)
    kept = [token for token in tokens if fold(token) not in _PARTICLES]
    return (kept or tokens)[:_MAX_TOKENS], generation


def _words(tokens: Sequence[str]) -> tuple[str, ...]:
    words = [word for token in tokens for word in name_words(token)]
    return tuple([word for word in words if word not in _PARTICLES] or words)
