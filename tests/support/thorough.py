"""How much a test tries: the number of examples of a property, and of strange values in a form.

`script/test --long` tries ten times as many examples, and every value.
"""

from typing import TypeVar

T = TypeVar("T")

times = 1


def examples(usual: int) -> int:
    return usual * times


def in_turn(values: tuple[T, ...], number: int, of: int = 3) -> tuple[T, ...]:
    """Each `of`-th value, from another one on for the next number, for a grid; all of them in the long suite."""
    return values if times > 1 else values[number % of :: of]


def some(values: tuple[T, ...], of: int) -> tuple[T, ...]:
    """Each `of`-th value, from the first one on; all of them in the long suite."""
    return values if times > 1 else values[::of]
