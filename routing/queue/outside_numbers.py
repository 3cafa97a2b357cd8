"""The outside numbers that agents may have, such as a mobile telephone: those that the dialplan dials."""

import re
from dataclasses import dataclass

from routing.callbacks.number_ranges import NotCallableError, NotCallableReason, dialled_ranges, read_callable_number
from routing.errors import InvalidTextError
from routing.french_numbering import Territory
from routing.plan.model import Plan
from routing.quoting import quote_word
from translations.message import Message, translatable

# "6,4E+08" and "3.3639980001E+10": a spreadsheet has rounded the number.
_ROUNDED = re.compile(r"[0-9]+[.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)
# "639980001.0" and "639980001,00": a program took the number for an amount, and lost nothing.
_AS_AMOUNT = re.compile(r"(\+?[0-9]{9,15})[.,]0{1,2}")


@dataclass(frozen=True, slots=True)
class OutsideNumbers:
    """Which outside numbers agents may have (routing/callbacks/number_ranges.py)."""

    country: str
    ranges: tuple[str, ...]
    own_numbers: frozenset[str]

    @classmethod
    def of(cls, plan: Plan) -> "OutsideNumbers":
        """The plan's."""
        return cls(plan.country, dialled_ranges(plan.callbacks.ranges), plan.own_numbers)

    def read(self, typed: str) -> str:
        """The E.164 form of a number that somebody typed. Raises InvalidTextError."""
        if _ROUNDED.fullmatch(typed.strip()):
            raise InvalidTextError(
                translatable(
                    "%(word)s was rounded by the spreadsheet; format the column as text, and write it again",
                    word=quote_word(typed),
                )
            )
        amount = _AS_AMOUNT.fullmatch(typed.strip())
        try:
            number = read_callable_number(amount[1] if amount else typed, self.country, self.ranges, self.own_numbers)
        except NotCallableError as error:
            raise InvalidTextError(self._explain(error, typed)) from None
        if number.extension:
            raise InvalidTextError(
                translatable(
                    "%(word)s has an extension, which cannot be dialled; write a direct number", word=quote_word(typed)
                )
            )
        return number.line

    def _explain(self, error: NotCallableError, typed: str) -> Message:
        word = quote_word(typed)
        if error.reason is NotCallableReason.OWN:
            return translatable("%(word)s is a number of this reception; write the agent's own", word=word)
        if self.ranges == (Territory.METROPOLITAN,):
            return translatable(
                "%(word)s is no ordinary French telephone number, which alone is rung outside; write one such as"
                " 06 39 98 00 01",
                word=word,
            )
        return translatable(
            "%(word)s is no ordinary telephone number of %(ranges)s, which alone are rung outside; write one such as"
            " 06 39 98 00 01",
            word=word,
            ranges=", ".join(self.ranges),
        )
