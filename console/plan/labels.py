"""What a reader sees in place of the names that a plan and its forms use."""

from collections.abc import Mapping

from routing.destinations import Destination
from routing.hours.public_holidays import HolidayZone
from routing.key_wait import WhileChoosing
from routing.languages import LANGUAGE_NAMES
from routing.plan.model import PriceNoticeSource
from translations.message import Message, translatable

SPOKEN_LANGUAGES = LANGUAGE_NAMES

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
    Destination.CALLBACK: translatable("a callback"),
    Destination.VOICEMAIL: translatable("a voice message"),
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

NUMBER_FIELDS: Mapping[str, Message] = {
    "number": translatable("Number, as people dial it"),
    "landing": translatable("Numbers under which its calls arrive, one on each line"),
    "language": translatable("Language in which callers are greeted"),
    "menu": translatable("Menu that callers hear"),
    "hours": translatable("Opening hours"),
    "price": translatable("Price of a call"),
}

LOCALIZED_FIELDS: Mapping[str, Mapping[str, Message]] = {
    "greeting": {"fr": translatable("Greeting in French"), "en": translatable("Greeting in English")},
    "price_text": {"fr": translatable("Price notice in French"), "en": translatable("Price notice in English")},
}

PRICES: Mapping[str, Message] = {
    "none": translatable("An ordinary call"),
    PriceNoticeSource.OPERATOR: translatable("Surcharged; the operator announces the price"),
    PriceNoticeSource.APPLICATION: translatable("Surcharged; we announce the price, free, before the answer"),
}

FIELDS: Mapping[str, Message] = {
    "holidays": translatable("Public holidays on which we close"),
    "first_key_s": translatable("Seconds to choose"),
    "tries": translatable("Tries in all"),
    "lost": translatable("After the last try"),
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
    "fr": translatable("What is said in French"),
    "en": translatable("What is said in English"),
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
