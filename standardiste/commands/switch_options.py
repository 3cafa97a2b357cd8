"""The options of commands that switch the reception by hand, and what they do with them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from prompts import switching
from prompts.switching import SwitchRequest, SwitchServices
from records import overrides
from records.actor import command_line_actor
from routing.languages import LocalizedText
from routing.numbers import format_number, parse_typed_number
from routing.overrides import ALL_NUMBERS, MAX_NOTE, MAX_WORDS, Override, OverrideName
from routing.plan.model import Plan
from standardiste.commands.options import LOCAL_TIME, to_instant_or_exit
from standardiste.installation import Installation

_CLOCK = re.compile(r"([01]?\d|2[0-3])[:hH]([0-5]\d)")
_DURATION = re.compile(r"(\d{1,3}) ?(h|min)")

NUMBER = click.option("--number", default="", help="Only this public number; all of them when left out.")
REASON = click.option("--reason", "--note", "note", default="", help="Why, for colleagues to read.")
_UNTIL = click.option(
    "--until", help="When it ends by itself: 18:00, 2h, 45min, or a day and time by the plan's clock."
)
_WORDS = click.option("--words", default="", help="What callers hear, in the plan's first language.")
_WORDS_EN = click.option("--words-en", default="", help="The same in English, for numbers that speak English.")


@dataclass(frozen=True, slots=True)
class SwitchOptions:
    """What was typed."""

    number: str
    until: str | None
    note: str
    words: str
    words_en: str


def with_switch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a command, which gets them as one value, `options`."""

    @NUMBER
    @_UNTIL
    @REASON
    @_WORDS
    @_WORDS_EN
    @click.pass_obj
    def run(installation: Installation, /, **typed: Any) -> Any:
        return command(installation, SwitchOptions(**typed))

    run.__doc__ = command.__doc__
    run.__name__ = command.__name__
    return run


def switch_on(installation: Installation, name: OverrideName, options: SwitchOptions) -> Override:
    """Puts the override in force. Raises ClickException for options that cannot be used."""
    plan, now = installation.plan, datetime.now(UTC)
    if len(options.note) > MAX_NOTE:
        raise click.ClickException(f"The reason is longer than {MAX_NOTE} characters; shorten it.")
    wanted = SwitchRequest(
        name,
        find_number(plan, options.number),
        parse_until(options.until, plan, now) if options.until else None,
        options.note,
        _texts(plan, options),
    )
    services = SwitchServices(installation.database, installation.settings.sounds, installation.voice)
    return switching.switch_on(services, plan, command_line_actor(installation.os_user), wanted, at=now)


def switch_off(installation: Installation, name: OverrideName, number: str, note: str = "") -> int:
    """Ends the override of this number, or without one every override of this name; tells how many there were."""
    actor, now, public = (
        command_line_actor(installation.os_user),
        datetime.now(UTC),
        find_number(installation.plan, number),
    )
    numbers = [public] if public else {each.number for each in overrides.list_overrides(installation.database)}
    return sum(
        overrides.end_override(installation.database, actor, name, number=each, note=note, at=now) for each in numbers
    )


def describe_scope(installation: Installation, override: Override) -> str:
    """Which calls the override concerns, and until when: " for 01 99 00 00 00, until 2030-03-04 18:00"."""
    plan = installation.plan
    number = f" for {format_number(override.number, plan.country)}" if override.number else ""
    return number + (f", until {override.ends_at.astimezone(plan.timezone):%Y-%m-%d %H:%M}" if override.ends_at else "")


def find_number(plan: Plan, typed: str) -> str:
    """The public number that was typed (E.164); ALL_NUMBERS for "". Raises ClickException for another one."""
    if not typed:
        return ALL_NUMBERS
    number = parse_typed_number(typed, plan.country)
    if number not in {each.e164 for each in plan.numbers}:
        known = ", ".join(format_number(each.e164, plan.country) for each in plan.numbers)
        raise click.ClickException(f"{typed!r} is not one of the plan's numbers: {known}.")
    return number or ALL_NUMBERS


def parse_until(text: str, plan: Plan, now: datetime) -> datetime:
    """The instant: "18:00" is the next time that clocks show it, "2h" and "45min" count from now."""
    if duration := _DURATION.fullmatch(text.strip()):
        return now + timedelta(**{"hours" if duration[2] == "h" else "minutes": int(duration[1])})
    if clock := _CLOCK.fullmatch(text.strip()):
        today = now.astimezone(plan.timezone).replace(tzinfo=None)
        wall = today.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        return to_instant_or_exit(wall if wall > today else wall + timedelta(days=1), plan.timezone)
    try:
        moment = LOCAL_TIME.convert(text, None, None)
    except click.BadParameter:
        raise click.ClickException(f"{text!r} is no time; write 18:00, 2h, 45min or '2030-03-04 18:00'.") from None
    return to_instant_or_exit(moment, plan.timezone)


def _texts(plan: Plan, options: SwitchOptions) -> LocalizedText:
    texts = {plan.languages[0]: options.words, "en": options.words_en or options.words * (plan.languages[0] == "en")}
    for text in texts.values():
        if len(text) > MAX_WORDS:
            raise click.ClickException(f"The words are longer than {MAX_WORDS} characters; shorten them.")
        if text and not any(map(str.isalnum, text)):
            raise click.ClickException(f"{text!r} cannot be spoken; write words.")
    return {language: text for language, text in texts.items() if text}
