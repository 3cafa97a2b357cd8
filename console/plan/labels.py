"""What a reader sees in place of the names that a plan and its forms use."""

from collections.abc import Mapping

from routing.destinations import Destination
from routing.hours.public_holidays import HolidayZone
from routing.key_wait import WhileChoosing
from routing.plan.model import PriceNoticeSource
from translations.message import Message, translatable, translatable_in_context

SPOKEN_LANGUAGES: Mapping[str, Message] = {
    "fr": translatable_in_context("language in a sentence", "French"),
    "en": translatable_in_context("language in a sentence", "English"),
}

ACTIONS: Mapping[Destination, Message] = {
    Destination.STAFF: translatable("speak to the team"),
    Destination.OVERFLOW: translatable("speak to an overflow centre"),
    Destination.CALLBACK: translatable("be called back"),
    Destination.VOICEMAIL: translatable("leave a voice message"),
    Destination.GOODBYE: translatable("end the call"),
}
"""What a key that leads there does."""

DESTINATIONS: Mapping[Destination, Message] = {
    Destination.STAFF: translatable("the team"),
    Destination.OVERFLOW: translatable("an overflow centre"),
    Destination.CALLBACK: translatable("be called back"),
    Destination.VOICEMAIL: translatable("leave a voice message"),
    Destination.GOODBYE: translatable("the end of the call"),
}

PRICE_NOTICES: Mapping[PriceNoticeSource, Message] = {
    PriceNoticeSource.OPERATOR: translatable("The call is surcharged; the operator announces the price."),
    PriceNoticeSource.APPLICATION: translatable("The call is surcharged; we announce the price before answering."),
}

HOLIDAY_ZONES: Mapping[HolidayZone, Message] = {
    HolidayZone.NONE: translatable("None"),
    HolidayZone.METROPOLITAN: translatable("Metropolitan France"),
    HolidayZone.ALSACE_MOSELLE: translatable("Alsace and Moselle"),
    HolidayZone.GUADELOUPE: translatable("Guadeloupe"),
    HolidayZone.MARTINIQUE: translatable("Martinique"),
    HolidayZone.GUYANE: translatable("French Guiana"),
    HolidayZone.REUNION: translatable("Réunion"),
    HolidayZone.MAYOTTE: translatable("Mayotte"),
    HolidayZone.SAINT_BARTHELEMY: translatable("Saint Barthélemy"),
    HolidayZone.SAINT_MARTIN: translatable("Saint Martin"),
    HolidayZone.SAINT_PIERRE_ET_MIQUELON: translatable("Saint Pierre and Miquelon"),
}

FIELDS: Mapping[str, Message] = {
    "greeting.fr": translatable("Greeting in French"),
    "greeting.en": translatable("Greeting in English"),
    "price_text.fr": translatable("Price notice in French"),
    "price_text.en": translatable("Price notice in English"),
    "language": translatable("Language of this number"),
    "menu": translatable("Menu"),
    "hours": translatable("Hours"),
    "holidays": translatable("Public holidays on which we close"),
    "staff.ring_s": translatable("How long each telephone rings, in seconds"),
    "staff.max_wait_s": translatable("Longest wait, in seconds"),
    "staff.wrapup_s": translatable("Wrap-up time, in seconds"),
    "staff.misses": translatable("Calls missed in a row before a pause (0: never)"),
    "waiting.offer_every_s": translatable("Seconds between two offers of a callback"),
    "waiting.announce_every_s": translatable("Seconds between two announcements of the position in the queue"),
    "retention.reception": translatable("Calls, and requests that came from them, in days"),
    "retention.voicemail": translatable("Recorded voice messages, in days"),
    "retention.callback": translatable("Callbacks that are closed, in days"),
    "retention.campaigning": translatable("Consents to receive news, in days"),
    "retention.satisfaction": translatable("Satisfaction surveys, in days"),
    "while_choosing": translatable("What callers hear while a key is awaited"),
    "first_key_s": translatable("Seconds to choose"),
    "tries": translatable("Tries in all"),
    "lost": translatable("Then"),
}

WHILE_CHOOSING: Mapping[str, Message] = {
    WhileChoosing.SOUND: translatable("A soft sound from the third second"),
    WhileChoosing.REPEAT: translatable("The choices once more, then the soft sound"),
    WhileChoosing.NOTHING: translatable("Nothing"),
}

WHILE_CHOOSING_SENTENCES: Mapping[WhileChoosing, Message] = {
    WhileChoosing.SOUND: translatable(
        "While a key is awaited, the caller hears a soft sound from the third second on."
    ),
    WhileChoosing.REPEAT: translatable("While a key is awaited, the caller hears the choices once more."),
    WhileChoosing.NOTHING: translatable("While a key is awaited, the caller hears nothing."),
}

KEY_FIELDS: Mapping[str, Message] = {
    "key": translatable("Key"),
    "does": translatable("What it does"),
    "fr": translatable("Announcement in French (empty: silent key)"),
    "en": translatable("Announcement in English"),
}

REPROMPTS: Mapping[str, Message] = {
    "wrong": translatable("After a key that does nothing"),
    "silence": translatable("After no key"),
}

SPECIAL_DAY_FIELDS: Mapping[str, Message] = {
    "from": translatable("Day"),
    "to": translatable("Until (empty: one day)"),
    "open": translatable("Open (empty: closed)"),
    "fr": translatable("Message of its own, in French (optional)"),
    "en": translatable("Message of its own, in English (optional)"),
}
