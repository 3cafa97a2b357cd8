"""The units of the whole numbers in a plan, as problems name them."""

from translations.message import translatable

ATTEMPTS = translatable("attempts")
CALLBACKS = translatable("callbacks")
CALLS = translatable("calls")
CENTS = translatable("cents")
CONTACTS = translatable("contacts")
DAYS = translatable("days")
EUROS = translatable("euros")
HOURS = translatable("hours")
MINUTES = translatable("minutes")
PER_CENT = translatable("per cent")
SECONDS = translatable("seconds")
TRIES = translatable("tries")
