"""What `doctor` asks of the outside caller."""

from __future__ import annotations

from caller.phone import Phone, PhoneError
from records.verdict import Check


def checks() -> tuple[Check, ...]:
    """Whether a call can be placed from this machine: baresip is there and starts. Takes about 0.1 s."""
    try:
        with Phone(max_seconds=5):
            return (
                Check(
                    "outside caller",
                    True,
                    "baresip starts: test calls can be placed.",
                    sentence_fr="baresip démarre : des appels d'essai sont possibles.",
                ),
            )
    except PhoneError as error:
        return (
            Check(
                "outside caller",
                False,
                str(error),
                "Run `apt-get install baresip-core`, then `doctor` again.",
                f"Aucun appel d'essai n'est possible d'ici ({error}).",
                "Lancez `apt-get install baresip-core`, puis `doctor` de nouveau.",
            ),
        )
