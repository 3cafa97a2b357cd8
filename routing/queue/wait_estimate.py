"""How long a caller is likely to wait, and how he is told."""

from collections.abc import Iterable, Mapping

_MINUTES = (1, 2, 3, 5, 10, 15, 20, 30)
_FRENCH = {2: "deux", 3: "trois", 5: "cinq", 10: "dix", 15: "quinze", 20: "vingt", 30: "trente"}
_LONGER = "wait-over-30"


def estimate_wait_s(position: int, ready: int, logged_in: int, mean_handling_s: float) -> float | None:
    """Seconds until the caller at `position` (1 is next) is likely to be answered; None when nobody can tell.

    `logged_in` people take calls, `ready` of them are free; `mean_talk_s` is how long a call takes them on average,
    wrap-up included, 0 when unknown. Whoever is not served by a free person waits for talks to end, which they do
    `logged_in / mean_talk_s` times a second. (Exact for talks of exponential length: the time already talked
    tells nothing about the time left.)
    """
    if logged_in <= 0 or position < 1:
        return None
    talks_to_end = max(position - max(ready, 0), 0)
    if talks_to_end and mean_handling_s <= 0:
        return None
    return talks_to_end * mean_handling_s / logged_in


def estimate_position(position: int, other_queues: Iterable[int]) -> int:
    """The likely place among all who wait of the caller at `position` of his line, where one team serves several alike.

    `others`: how many wait in each of the other lines.
    """
    return position + sum(min(position, waiting) for waiting in other_queues)


def wait_prompt_key(estimated_s: float) -> str:
    """The key of the sentence that tells this wait, rounded up: nobody is promised less than what is expected."""
    minutes = next((minutes for minutes in _MINUTES if estimated_s <= minutes * 60), None)
    return _key(minutes) if minutes else _LONGER


def wait_prompt_texts() -> dict[str, Mapping[str, str]]:
    """Every sentence that `wait_key` may ask for, by key, with its texts by language."""
    texts: dict[str, Mapping[str, str]] = {_key(minutes): _texts(minutes) for minutes in _MINUTES}
    texts[_LONGER] = {
        "fr": "L'attente est estimée à plus de trente minutes.",
        "en": "The expected wait is more than 30 minutes.",
    }
    return texts


def _key(minutes: int) -> str:
    return f"wait-under-{minutes}"


def _texts(minutes: int) -> Mapping[str, str]:
    if minutes == 1:
        return {"fr": "L'attente est estimée à moins d'une minute.", "en": "The expected wait is less than a minute."}
    return {
        "fr": f"L'attente est estimée à moins de {_FRENCH[minutes]} minutes.",
        "en": f"The expected wait is less than {minutes} minutes.",
    }
