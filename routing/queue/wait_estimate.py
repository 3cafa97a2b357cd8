"""The expected wait of a caller, and the prompt that announces it."""

from collections.abc import Iterable, Mapping

_MINUTES = (1, 2, 3, 5, 10, 15, 20, 30)
_FRENCH = {2: "deux", 3: "trois", 5: "cinq", 10: "dix", 15: "quinze", 20: "vingt", 30: "trente"}
_LONGER = "wait-over-30"


def estimate_wait_s(position: int, ready: int, logged_in: int, mean_handling_s: float) -> float | None:
    """The expected wait in seconds of the caller at `position` (1 is next); None when it cannot be known.

    `logged_in` agents take calls, `ready` of them are free; `mean_handling_s` is the mean duration of a call with
    wrap-up, 0 when unknown. A caller for whom no agent is free waits for calls to end, which happens
    `logged_in / mean_handling_s` times a second (exact when durations are exponential, hence memoryless).
    """
    if logged_in <= 0 or position < 1:
        return None
    calls_to_end = max(position - max(ready, 0), 0)
    if calls_to_end and mean_handling_s <= 0:
        return None
    return calls_to_end * mean_handling_s / logged_in


def estimate_position(position: int, other_queues: Iterable[int]) -> int:
    """The expected place among all waiting callers of the caller at `position` in one of several queues of one team.

    `other_queues` are the numbers of callers in each of the others.
    """
    return position + sum(min(position, waiting) for waiting in other_queues)


def wait_prompt_key(estimated_s: float) -> str:
    """The key of the prompt that announces this wait, rounded up."""
    minutes = next((minutes for minutes in _MINUTES if estimated_s <= minutes * 60), None)
    return _format_key(minutes) if minutes else _LONGER


def wait_prompt_texts() -> dict[str, Mapping[str, str]]:
    """Every prompt that wait_prompt_key may name, by key, with its texts by language."""
    texts: dict[str, Mapping[str, str]] = {_format_key(minutes): _build_texts(minutes) for minutes in _MINUTES}
    texts[_LONGER] = {
        "fr": "L'attente est estimée à plus de trente minutes.",
        "en": "The expected wait is more than 30 minutes.",
    }
    return texts


def _format_key(minutes: int) -> str:
    return f"wait-under-{minutes}"


def _build_texts(minutes: int) -> Mapping[str, str]:
    if minutes == 1:
        return {"fr": "L'attente est estimée à moins d'une minute.", "en": "The expected wait is less than a minute."}
    return {
        "fr": f"L'attente est estimée à moins de {_FRENCH[minutes]} minutes.",
        "en": f"The expected wait is less than {minutes} minutes.",
    }
