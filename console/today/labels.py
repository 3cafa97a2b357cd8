"""The words of the first page."""

from collections.abc import Mapping

from records.calls.live_calls import WaitingCaller
from routing.numbers import format_number, mask_number
from routing.overrides import OverrideName
from translations.message import Message, translatable
from web.language import translate

OVERRIDE_STATES: Mapping[OverrideName, Message] = {
    OverrideName.CLOSED: translatable("Closed by hand"),
    OverrideName.OPEN: translatable("Open by hand"),
    OverrideName.OVERFLOW: translatable("Calls go to the overflow centre"),
    OverrideName.CALLBACKS: translatable("Callbacks are paused"),
}
SWITCH_BACK: Mapping[OverrideName, Message] = {
    OverrideName.CLOSED: translatable("End the closure"),
    OverrideName.OPEN: translatable("Follow the opening hours again"),
    OverrideName.OVERFLOW: translatable("Let the team answer again"),
    OverrideName.CALLBACKS: translatable("Call back again"),
}
SWITCHED_ON: Mapping[OverrideName, Message] = {
    OverrideName.CLOSED: translatable("Closed: the next caller hears it."),
    OverrideName.OPEN: translatable("Open: the next caller reaches the team."),
    OverrideName.OVERFLOW: translatable("From the next call on, calls go to the overflow centre."),
    OverrideName.CALLBACKS: translatable("Callbacks are paused."),
}
SWITCHED_OFF: Mapping[OverrideName, Message] = {
    OverrideName.CLOSED: translatable("The opening hours apply again."),
    OverrideName.OPEN: translatable("The opening hours apply again."),
    OverrideName.OVERFLOW: translatable("The team answers again."),
    OverrideName.CALLBACKS: translatable("Callbacks are made again."),
}
WORDS_LABELS: Mapping[str, Message] = {
    "fr": translatable("What callers hear, in French"),
    "en": translatable("What callers hear, in English"),
}


def caller_name(caller: WaitingCaller, country: str) -> str:
    """What is shown of a caller who waits: their number without its middle, "06 39 ·· ·· 01"."""
    if caller.line is None:
        return translate(translatable("Number withheld") if caller.withheld else translatable("Number not known"))
    groups = format_number(caller.line, country).split()
    hidden = ["·" * len(group) for group in groups[2:-1]]
    return " ".join([*groups[:2], *hidden, *groups[-1:]]) if len(groups) > 3 else mask_number(caller.line)


def duration(seconds: float) -> str:
    """A wait: "40 s", "2 min 05 s", "1 h 10 min"."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
