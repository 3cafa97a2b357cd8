"""A call from this machine to itself, as the public would place it: the whole way at once, heard at its end."""

from collections.abc import Mapping
from pathlib import Path

from caller.phone import PhoneError
from caller.story import Hangup, place_call
from records.verdict import Check
from routing.numbers import displayed
from routing.sentences import greeting_key
from standardiste.installation import Installation

LONGEST_S = 20.0
SLOW_S = 2.0


def check(house: Installation, sounds: Mapping[str, Path]) -> Check:
    """Whether the plan's first number answers in time and its greeting is heard; takes a few seconds."""
    number = house.plan.numbers[0]
    dialled = displayed(number.landing[0], house.plan.country).replace(" ", "")
    heard = Hangup(during=greeting_key(number), timeout=LONGEST_S)
    try:
        story = place_call(
            f"sip:{dialled}@{house.settings.sip_here}", script=[heard], library=sounds, max_seconds=LONGEST_S
        )
    except PhoneError as error:
        return _failed(str(error), "l'appel d'essai n'a pas pu être passé")
    if story.answered_s is None:
        return _failed("A call to ourselves is not answered.", "un appel à nous-mêmes reste sans réponse")
    if story.missed:
        return _failed("A call to ourselves hears no greeting.", "un appel à nous-mêmes n'entend pas l'accueil")
    if story.answered_s > SLOW_S:
        slow = f"{story.answered_s:.1f} s"
        return _failed(f"A call to ourselves is answered after {slow} only.", f"la réponse n'est venue qu'après {slow}")
    return Check(
        "call",
        True,
        f"A call to ourselves is answered after {story.answered_s:.2f} s, and hears the greeting.",
        sentence_fr=f"Un appel à nous-mêmes reçoit une réponse en {story.answered_s:.2f} s et entend l'accueil.",
    )


def _failed(sentence: str, told_fr: str) -> Check:
    return Check(
        "call",
        False,
        sentence,
        "Mend what is wrong above; this machine must be among `trunk_addresses`.",
        f"{told_fr[:1].upper()}{told_fr[1:]}.",
        "Réparez ce qui précède ; cette machine doit être parmi `trunk_addresses`.",
    )
