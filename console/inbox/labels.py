"""The words of the inbox."""

from collections.abc import Mapping

from records.inbox.filters import Owner
from records.requests.entries import EntryKind
from records.requests.requests import RequestKind
from routing.callbacks.states import CallbackState
from routing.plan.model import Plan
from routing.request_rules import RequestRules
from translations.message import Message, OwnText, translatable
from web.language import current_language

KINDS: Mapping[RequestKind, Message] = {
    RequestKind.VOICEMAIL: translatable("Voice message"),
    RequestKind.MISSED: translatable("Missed call"),
    RequestKind.CALLBACK: translatable("Callback"),
    RequestKind.INQUIRY: translatable("Written message"),
    RequestKind.LETTER: translatable("Letter"),
    RequestKind.EMAIL: translatable("E-mail"),
    RequestKind.FAX: translatable("Fax"),
    RequestKind.VISIT: translatable("Visit"),
    RequestKind.OTHER: translatable("Other message"),
}
OWNERS: Mapping[Owner, Message] = {
    Owner.ANYBODY: translatable("All requests"),
    Owner.MINE: translatable("Mine"),
    Owner.NOBODY: translatable("Not taken"),
}
LEVELS: Mapping[int, Message] = {
    1: translatable("Level 1"),
    2: translatable("Level 2"),
    3: translatable("Level 3, mediator"),
}
CALLBACK_STATES: Mapping[CallbackState, Message] = {
    CallbackState.QUEUED: translatable("will be called by itself"),
    CallbackState.IN_LINE: translatable("waiting for somebody from the team"),
    CallbackState.VISITOR_RINGING: translatable("is being called"),
    CallbackState.TALKING: translatable("is on the telephone with the team"),
    CallbackState.MISSED: translatable("was not reached"),
    CallbackState.EXPIRED: translatable("could not be called in time"),
    CallbackState.TO_CHECK: translatable("to check: it may have been called already"),
}
ENTRIES: Mapping[EntryKind, Message] = {
    EntryKind.OPENED: translatable("%(by)s opened the request."),
    EntryKind.NOTE: translatable("%(by)s wrote a note."),
    EntryKind.SUBJECT: translatable("%(by)s wrote the subject."),
    EntryKind.TOPIC: translatable("%(by)s chose the topic: %(value)s."),
    EntryKind.DUE: translatable("%(by)s moved the due time to %(value)s."),
    EntryKind.PERSON: translatable("%(by)s handed the request to %(value)s."),
    EntryKind.LEVEL: translatable("%(by)s handed the request over: %(value)s."),
    EntryKind.ESCALATED: translatable(
        "The request was long overdue: by the rule of the plan it went up, and nobody has taken it there. %(value)s."
    ),
    EntryKind.OVERDUE: translatable(
        "The request is long overdue and stays at level 2: only a person hands a request to the mediator."
    ),
    EntryKind.JOINED: translatable("%(by)s joined another request to this one."),
    EntryKind.SPLIT: translatable("%(by)s took a joined request out again."),
    EntryKind.CLOSED: translatable("%(by)s closed the request: %(value)s."),
    EntryKind.ANSWER: translatable("%(by)s answered; the person reads it on their page."),
    EntryKind.REOPENED: translatable("%(by)s opened the request again."),
}
NO_TOPIC = translatable("no topic")
OTHER_OUTCOMES: Mapping[str, Message] = {"erased": translatable("Erased at the person's wish")}


def topic_titles(plan: Plan | None) -> Mapping[str, str]:
    """The topics to choose from, by name, in the language of the request."""
    topics = plan.requests.topics if plan else ()
    return {topic.name: OwnText(topic.title).in_language(current_language()) for topic in topics}


def outcome_titles(plan: Plan | None) -> Mapping[str, str]:
    """The outcomes to choose from, by name, in the language of the request."""
    titles = (plan.requests if plan else RequestRules()).outcome_titles
    return {name: title.in_language(current_language()) for name, title in titles.items()}
