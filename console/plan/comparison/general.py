"""What changes for the whole reception: clock, country, languages, who we are, the staff line, retention."""

from collections.abc import Iterator

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Inside,
    Notice,
    Table,
    describe_fields,
    list_words,
    part_of,
    says,
    says_texts,
)
from console.voices.labels import ENGINE_LABELS
from routing.languages import LANGUAGE_NAMES, LANGUAGES
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate


def compare_timezone(comparison: Comparison) -> Iterator[ChangedPart]:
    """Another time zone."""
    sentence = gettext(
        "All times will follow the clocks of %(new)s instead of %(old)s.",
        new=comparison.new.timezone.key,
        old=comparison.old.timezone.key,
    )
    yield ChangedPart(gettext("Time zone"), (Notice(sentence),))


def compare_country(comparison: Comparison) -> Iterator[ChangedPart]:
    """Another country for national numbers."""
    sentence = gettext(
        "Numbers without a country code will be read as those of %(new)s instead of %(old)s.",
        new=comparison.new.country,
        old=comparison.old.country,
    )
    yield ChangedPart(gettext("Country"), (Notice(sentence),))


def compare_languages(comparison: Comparison) -> Iterator[ChangedPart]:
    """Other languages for callers."""
    names = [translate(LANGUAGE_NAMES[language]) for language in comparison.new.languages]
    sentence = gettext("Callers will be served in: %(names)s.", names=list_words(names))
    yield ChangedPart(gettext("Languages"), (Notice(sentence),))


def compare_voices(comparison: Comparison) -> Iterator[ChangedPart]:
    """Another synthetic voice for what nobody has recorded."""
    old, new = comparison.old.voices, comparison.new.voices
    for language in (code for code in LANGUAGES if old.get(code) != new.get(code)):
        spoken = translate(LANGUAGE_NAMES[language])
        if language in new:
            voice = translate(ENGINE_LABELS[new[language]])
            sentence = gettext(
                "What nobody has recorded will be said in %(language)s by the voice %(voice)s.",
                language=spoken,
                voice=voice,
            )
        else:
            sentence = gettext(
                "What nobody has recorded will be said in %(language)s by this machine's usual voice.", language=spoken
            )
        yield ChangedPart(gettext("Voices"), (Notice(sentence),))


def compare_staff_line(comparison: Comparison) -> Iterator[ChangedPart]:
    """Another number at which the team records its messages."""
    number = comparison.new.staff_line
    sentence = (
        gettext("The team will record its messages at %(number)s.", number=comparison.number(number))
        if number
        else gettext("The team can no longer record its messages by telephone from outside.")
    )
    yield ChangedPart(gettext("Staff line"), (Notice(sentence, noticed=False),))


def compare_organisation(comparison: Comparison) -> Iterator[ChangedPart]:
    """What visitors of the websites read about us."""
    notices = describe_fields(ORGANISATION, comparison.old.organisation, comparison.new.organisation, comparison)
    yield from part_of(gettext("On websites"), notices)


def compare_retention(comparison: Comparison) -> Iterator[ChangedPart]:
    """For how long data are kept."""
    notices = describe_fields(RETENTION, comparison.old.retention, comparison.new.retention, comparison)
    yield from part_of(gettext("Retention"), notices)


def _says_line(given: Message, none: Message) -> Inside:
    """A describer of a line that visitors read, or read no longer."""

    def describe(change: FieldChange) -> Iterator[str]:
        yield translate(given, text=change.new) if change.new else translate(none)

    return Inside(describe)


ORGANISATION: Table = {
    "name": Inside(
        says_texts(translatable("We will be called “%(text)s”."), translatable("We will have no name on websites."))
    ),
    "callback_text": Inside(
        says_texts(
            translatable("Above the callback form visitors will read: “%(text)s”"),
            translatable("Above the callback form there will be no sentence of ours."),
        )
    ),
    "privacy_contact": _says_line(
        translatable("About their data, visitors will be told to ask for: %(text)s."),
        translatable("Nobody will be named any more whom to ask about data."),
    ),
    "privacy_email": _says_line(
        translatable("About their data, visitors will write to %(text)s."),
        translatable("Visitors will find no e-mail address for questions about their data any more."),
    ),
    "privacy_address": _says_line(
        translatable("About their data, visitors will send letters to: %(text)s."),
        translatable("Visitors will find no postal address for questions about their data any more."),
    ),
    "privacy_page": _says_line(
        translatable("The link to our privacy notice will lead to %(text)s."),
        translatable("There will be no link to a privacy notice any more."),
    ),
}
"""The describers of Organisation."""

RETENTION: Table = {
    "reception": Inside(says(translatable("Calls will be kept for %(new)s days instead of %(old)s."))),
    "voicemail": Inside(says(translatable("Voice messages will be kept for %(new)s days instead of %(old)s."))),
    "callback": Inside(
        says(translatable("Callbacks will be kept for %(new)s days after they were closed instead of %(old)s."))
    ),
    "campaigning": Inside(
        says(translatable("Consents to receive news will be kept for %(new)s days instead of %(old)s."))
    ),
    "satisfaction": Inside(says(translatable("Answers to surveys will be kept for %(new)s days instead of %(old)s."))),
}
"""The describers of RetentionRules."""
