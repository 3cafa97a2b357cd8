"""The words of the first steps."""

from collections.abc import Mapping

from records.trial_calls import TrialResult
from translations.message import Message, translatable

TITLES: Mapping[str, Message] = {
    "organisation": translatable("Your organisation and its number"),
    "message": translatable("What callers hear"),
    "hours": translatable("Opening hours"),
    "phone": translatable("The first telephone"),
    "call": translatable("A first call"),
}
LEADS: Mapping[str, Message] = {
    "organisation": translatable("Who you are, at which number you are called, and the sentence that greets callers."),
    "message": translatable(
        "The message that callers hear when they press 3 or 4: record it, send a file, or type it and a voice says it."
    ),
    "hours": translatable("When the team answers. Outside these hours callers hear when you open again."),
    "phone": translatable(
        "The first person who answers, and their telephone: an application on a mobile phone will do."
    ),
    "call": translatable(
        "We call your number from this server, as a caller would, and you follow here what happens. It costs nothing"
        " and no real telephone line is used."
    ),
}
OPEN_WORDS: Mapping[str, Message] = {
    "organisation": translatable(
        "Callers and visitors do not learn your name, or the number is the one of the example."
    ),
    "message": translatable("Callers who press 3 or 4 hear the message of the installation, or that there is none."),
    "hours": translatable("The reception is open day and night."),
    "phone": translatable("No telephone rings: callers who want to speak to somebody wait in vain."),
    "call": translatable("Nobody has yet heard what callers hear."),
}
SETTLED: Mapping[str, Message] = {
    "hours": translatable("We are open day and night"),
}
"""For a step whose state at the beginning may be the right one: the button that says so."""

NAME = translatable("Name of the organisation")
NO_NAME = translatable("No name yet.")
TO_NAME = translatable("Write the name")
NUMBER = translatable("Public number and greeting")
TO_NUMBER = translatable("Write both")
MESSAGE = translatable("Message of the day")
NO_MESSAGE = translatable("No message of yours yet.")
MESSAGE_THERE = translatable("A message of yours is there.")
TO_MESSAGE = translatable("Prepare the message")
VOICE = translatable("Voice of the fixed sentences")
NO_VOICE = translatable("The usual one. You can hear others and choose.")
VOICE_CHOSEN = translatable("You have chosen a voice.")
TO_VOICE = translatable("Hear the voices")
HOURS = translatable("Opening hours")
TO_HOURS = translatable("Set the hours")
AGENT = translatable("Who answers")
NO_AGENT = translatable("Nobody yet.")
TO_AGENT = translatable("Add the first person")
PHONE = translatable("Their telephone")
FIRST_AGENT = translatable("First the person, then their telephone.")
NO_PHONE = translatable("No telephone has registered yet.")
PHONE_THERE = translatable("It has registered.")
TO_PHONE = translatable("Connect the telephone")
CALL = translatable("Test call")
NO_CALL = translatable("None has been made.")
CALL_PASSED = translatable("A test call has reached you, and everything was heard.")
TO_CALL = translatable("Choose, then call")
CHANGE = translatable("Change")

RESULTS: Mapping[TrialResult, Message] = {
    TrialResult.WAITING: translatable("The call is about to start …"),
    TrialResult.RUNNING: translatable("The call is under way …"),
    TrialResult.DONE: translatable("The call reached you, and everything that a caller should hear was heard."),
    TrialResult.NOT_ANSWERED: translatable(
        "The reception did not answer. Look at “Is everything working?” on the page Today."
    ),
    TrialResult.NOT_HEARD: translatable(
        "The reception answered, but the caller did not hear everything. Below is what was heard; try once more."
    ),
    TrialResult.IMPOSSIBLE: translatable(
        "There is no test telephone on the server: whoever runs it has to install baresip-core."
    ),
    TrialResult.FAILED: translatable(
        "The call was not made in time. Check whether the server is running, then try once more."
    ),
}
LISTEN_ONLY = translatable("Only listen: the greeting and the menu, then hang up")
MESSAGE_OF_CALL = translatable("The message of the day")
