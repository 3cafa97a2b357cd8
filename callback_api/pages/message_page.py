"""The public page of the messages that callers hear: their texts, for people who cannot hear. It needs no account."""

from dataclasses import dataclass

from callback_api.context import AppContext
from records.messages import blackout_periods, message_versions
from routing.messages import find_on_air
from routing.numbers import format_number
from translations.dates import day, no_break


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message on air and the day on which it began. `text` is empty when there is no transcript."""

    text: str
    since: str


def template_values(context: AppContext, language: str) -> dict[str, object]:
    """The values of message.html. Raises RecordsError."""
    number = no_break(format_number(context.plan().numbers[0].e164, context.plan().country))
    return {"messages": list_messages_on_air(context, language), "number": number}


def list_messages_on_air(context: AppContext, language: str) -> tuple[MessageText, ...]:
    """The messages that callers hear now, in the order of the plan's announcements. Raises RecordsError."""
    plan, now = context.plan(), context.clock()
    blackouts = blackout_periods.list_blackout_periods(context.database)
    found = []
    for announcement in plan.announcements.values():
        versions = message_versions.list_current_versions(context.database, announcement.name, now)
        heard = find_on_air(versions, announcement.name, now, announcement.when_none_valid, blackouts)
        if heard.version:
            since = day(heard.version.valid_from, now, plan.timezone, language)
            found.append(MessageText(heard.version.text, since))
    return tuple(found)
