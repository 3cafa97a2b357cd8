"""The staff line: a user authenticates with a PIN and records the message of an announcement."""

import logging
from dataclasses import replace
from importlib import import_module
from types import ModuleType

from agi.call import Call
from agi.config_snapshot import SnapshotReader
from agi.recording_storage import RecordingStorage
from dialplan import names
from records.actor import Actor
from records.users import phone_pins
from records.users.users import User
from routing.access.permissions import Permission, Role
from routing.access.pins import MAX_PIN_LENGTH
from routing.destinations import Destination
from routing.languages import prompt_language

log = logging.getLogger("agi")

TRIES = 3
KEY_S = 8  # for each key
USER_ID_DIGITS = 6
DATABASE_WAIT_MS = 700
PHONE_CHANNEL = "phone"
STAFF_LINE_ACTOR = Actor(None, Role.STAFF, "standardiste", PHONE_CHANNEL)
"""The author of the change that locks a PIN."""


def serve_staff_line(call: Call, snapshots: SnapshotReader, storage: RecordingStorage) -> None:
    """The caller ID is not trusted. Without a route the dialplan plays that the staff line failed."""
    if user := authenticate(call, storage):
        call.set_language(prompt_language(user.language, snapshots.current.plan.languages))
        actor = replace(user.actor, channel=PHONE_CHANNEL)
        if actor.may(Permission.PUBLISH_MESSAGES):
            call.say_while("staff-line-hello", load_message_recording).record_message(call, snapshots, storage, actor)
        else:
            call.say("staff-line-no-right")
    route_to_goodbye(call)


def authenticate(call: Call, storage: RecordingStorage, user_id: int | None = None) -> User | None:
    """Asks for the PIN of `user_id`, or for a user number and its PIN. None after too many tries, which is played."""
    ask_user = [] if user_id else ["staff-line-account"]
    prompts = ask_user
    for _ in range(TRIES):
        number = call.read_digits(prompts, USER_ID_DIGITS, KEY_S) if ask_user else str(user_id)
        pin = call.read_secret(["staff-line-pin"] if ask_user else [*prompts, "staff-line-pin"], MAX_PIN_LENGTH, KEY_S)
        if number.isdecimal() and pin:
            verified = phone_pins.verify_pin(
                storage.database, int(number), pin, by=STAFF_LINE_ACTOR, at=call.now, wait_ms=DATABASE_WAIT_MS
            )
            if verified.locked:
                log.warning("the PIN of user %s is locked: too many wrong ones in a row", number)
            if verified.user:
                return verified.user
        prompts = ["staff-line-wrong", *ask_user]
    call.say("staff-line-refused")
    return None


def route_to_goodbye(call: Call) -> None:
    call.channel.set_variables(**{names.ROUTE: Destination.GOODBYE.value})


def load_message_recording() -> ModuleType:
    """Imported only when somebody records: the audio libraries are large, and a worker must start quickly."""
    return import_module("agi.flows.message_recording")
