"""PINs typed on a telephone: which PINs may be chosen, and how many wrong entries lock a PIN."""

from enum import StrEnum
from itertools import pairwise

MIN_PIN_LENGTH, MAX_PIN_LENGTH = 6, 12
MAX_WRONG_PINS = 6
"""In a row, over all calls. A CHECK of the table of PINs has it too, so a change needs a migration."""
_FEWEST_DIGITS = 3
_STEPS = frozenset({1, 9, 0})  # from one digit to the next, modulo 10: up, down, the same


class PinProblem(StrEnum):
    DIGITS = "digits"
    SHORT = "short"
    LONG = "long"
    EASY = "easy"


def pin_problem(pin: str) -> PinProblem | None:
    """What is wrong with a new PIN: it is not a number, has a wrong length, or is easy to guess."""
    if not (pin.isascii() and pin.isdecimal()):
        return PinProblem.DIGITS
    if len(pin) < MIN_PIN_LENGTH:
        return PinProblem.SHORT
    if len(pin) > MAX_PIN_LENGTH:
        return PinProblem.LONG
    return PinProblem.EASY if _is_easy(pin) else None


def _is_easy(pin: str) -> bool:
    """Sequences (123456, 987654, 000000), repetitions (121212, 123123), two digits (112211), pairs (112233)."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    repeats = pin in (pin + pin)[1:-1]  # a shorter piece, several times over
    doubled = len(pin) % 2 == 0 and pin[::2] == pin[1::2]
    return (len(steps) == 1 and steps <= _STEPS) or repeats or doubled or len(set(pin)) < _FEWEST_DIGITS
