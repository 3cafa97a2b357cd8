"""The staff line: somebody proves by a PIN who he is, and records the message of the day."""

import logging
from dataclasses import replace
from importlib import import_module
from types import ModuleType

from agi.call import Call
from agi.memory import Memory
from agi.studio import Studio
from dialplan import names
from records import phone_pins
from records.accounts import Account
from records.viewer import Viewer
from routing.destinations import Destination
from routing.permissions import Right, Role
from routing.pins import LONGEST

log = logging.getLogger("agi")

TRIES = 3
KEY_S = 8  # for each key
ACCOUNT_DIGITS = 6
BASE_WAIT_MS = 700
PHONE = "phone"
LINE = Viewer(None, Role.STAFF, "standardiste", PHONE)
"""Who writes down that a PIN is locked."""


def staff_line(call: Call, memory: Memory, studio: Studio) -> None:
    """Without a route the dialplan says that it failed. Where the call comes from proves nothing."""
    if account := proves(call, studio):
        call.speak(account.language)
        viewer = replace(account.viewer, channel=PHONE)
        if viewer.may(Right.PUBLISH_MESSAGES):
            call.meanwhile("staff-line-hello", recording).record_message(call, memory, studio, viewer)
        else:
            call.say("staff-line-no-right")
    goodbye(call)


def proves(call: Call, studio: Studio, account_id: int | None = None) -> Account | None:
    """Whose PIN is typed: this account's, or that of the account typed first. None: told so, after several tries."""
    first = [] if account_id else ["staff-line-account"]
    prompts = first
    for _ in range(TRIES):
        number = call.digits(prompts, ACCOUNT_DIGITS, KEY_S) if first else str(account_id)
        pin = call.secret(["staff-line-pin"] if first else [*prompts, "staff-line-pin"], LONGEST, KEY_S)
        if number.isdecimal() and pin:
            found = phone_pins.identify(studio.base, int(number), pin, by=LINE, at=call.now, wait_ms=BASE_WAIT_MS)
            if found.locked:
                log.warning("the PIN of account %s is locked: too many wrong ones in a row", number)
            if found.account:
                return found.account
        prompts = ["staff-line-wrong", *first]
    call.say("staff-line-refused")
    return None


def goodbye(call: Call) -> None:
    call.channel.set_variables(**{names.ROUTE: Destination.GOODBYE.value})


def recording() -> ModuleType:
    """Read when somebody records: what handles sound is large, and a worker that replaces another must be quick."""
    return import_module("agi.flows.record_message")
