"""Names of people and organisations as they are searched: in any spelling and word order, with typing errors."""

import re
import unicodedata

MAX_WORDS = 8
MAX_WORD_LENGTH = 40
_CIVILITIES = frozenset(("mme", "mlle", "mr", "monsieur", "madame", "mademoiselle", "mrs", "ms"))
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŀ": "l", "ħ": "h"}
)
_SHORTEST_WITH_GAPS, _LONGEST_WITH_GAPS = 3, 20

# How a French word sounds, from its folded letters: applied from the first to the last. Capitals stand for sounds that
# several letters write: S as in "chat", N as in "Agnès", A, E and O for the nasal vowels, U for "ou", W for "oi".
_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ss", "ç"),
        (r"(.)\1+", r"\1"),
        (r"x$", ""),
        (r"[gj]e(?=an|[ao])", "j"),
        (r"sch|sh|ch(?![rlnt])", "S"),
        (r"ch", "k"),
        (r"ph", "f"),
        (r"h", ""),
        (r"gn", "N"),
        (r"eau|au", "o"),
        (r"(?:ai|ei|[iyu])[nm](?![aeiouy])", "E"),
        (r"(?:ien|yen)(?![aeiouy])", "iE"),
        (r"[ae][nm](?![aeiouy])", "A"),
        (r"o[nm](?![aeiouy])", "O"),
        (r"ou|ow|oo", "U"),
        (r"oi|oy", "W"),
        (r"(?:ai|ei|ay|ey|oe|ae)", "e"),
        (r"e[rz]$", "e"),
        (r"sc(?=[eiy])|c(?=[eiy])", "s"),
        (r"ck|qu|[cq]", "k"),
        (r"g(?=[eiy])", "j"),
        (r"gu(?=[eiy])", "g"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"y", "i"),
        (r"z|(?<=[aeiouAEOUW])s(?=[aeiouAEOUW])", "Z"),
        (r"ç", "s"),
        (r"(?:es|[stdpe])$", ""),
        (r"(?:ks|Z|[stdpe])$", ""),
        (r"(.)\1+", r"\1"),
    )
)


def fold(text: str) -> str:
    """The text in lower-case letters without accents; œ and æ become oe and ae."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold().translate(_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name, at most MAX_WORDS: "Mme Anne-Marie D'Œuvre" gives anne, marie, d, oeuvre."""
    words = [word[:MAX_WORD_LENGTH] for word in re.findall(r"[^\W_]+", fold(name))]
    named = [word for word in words if word not in _CIVILITIES] or words
    return tuple(named[:MAX_WORDS])


def name_keys(words: tuple[str, ...]) -> tuple[str, ...]:
    """Under what a name is found from its beginning: its words as they stand, and begun at each of its words."""
    return tuple(dict.fromkeys(" ".join((*words[first:], *words[:first])) for first in range(len(words))))


def words_with_a_gap(word: str) -> frozenset[str]:
    """The word, and the word without each of its letters. Two words that share one differ by an error or two."""
    if not _SHORTEST_WITH_GAPS <= len(word) <= _LONGEST_WITH_GAPS or word.isdigit():
        return frozenset((word,))
    return frozenset((word, *(word[:gap] + word[gap + 1 :] for gap in range(len(word)))))


def errors_allowed(word: str) -> int:
    """How many typing errors a word of this length may have: a letter missing, added or changed, or two exchanged."""
    return 0 if len(word) < _SHORTEST_WITH_GAPS else 1 if len(word) <= 7 else 2


def sound_of(word: str) -> str:
    """How a folded word sounds in French, in letters of our own: Dupont and Dupond, Thibault and Tibo are alike."""
    sound = word.replace("bv", "v").replace("lt", "t") if word.isalpha() else word
    for pattern, replacement in _SOUNDS:
        sound = pattern.sub(replacement, sound)
    return sound or word


def number_tails(digits: str, shortest: int = 4) -> tuple[str, ...]:
    """The ends of a number with at least `shortest` digits: each part of the number begins one of them."""
    return tuple(digits[first:] for first in range(len(digits) - shortest + 1))
