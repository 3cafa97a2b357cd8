"""The state of our trunks, asked of Asterisk by its command line."""

import re
import time
from collections.abc import Callable, Iterator, Sequence

from records.trunks import StoredTrunk
from routing.trunk_states import NOT_QUALIFIED, REACHABLE, UNREACHABLE, TrunkState

ANSWER_S = 5.0
"""An operator answers OPTIONS and REGISTER within this time, or is taken for absent."""
POLL_S = 0.2
RunCommand = Callable[[str], str]
_CONTACTS = {"Avail": REACHABLE, "Unavail": UNREACHABLE, "NonQual": NOT_QUALIFIED}
"""The words of the command line, and those of the manager interface."""


def list_trunk_states(stored: Sequence[StoredTrunk], run_command: RunCommand) -> Iterator[TrunkState]:
    """Each trunk's state; `run_command` gives the output of a command of Asterisk."""
    contacts = run_command("pjsip show contacts") if stored else ""
    registrations = run_command("pjsip show registrations") if stored else ""
    for one in stored:
        contact = re.search(rf"Contact: +{one.name}/\S+ +\S+ +(\w+)", contacts)
        registration = re.search(rf"^ *{one.name}/\S+ +\S+ +(\w+)", registrations, re.MULTILINE)
        yield TrunkState(
            one.name,
            one.label,
            one.trunk,
            registration[1] if registration else "",
            _CONTACTS.get(contact[1], contact[1]) if contact else "",
            one.is_locked,
        )


def wait_for_state(stored: StoredTrunk, run_command: RunCommand) -> TrunkState:
    """The trunk's state as soon as it has no fault, or after ANSWER_S."""
    ends = time.monotonic() + ANSWER_S
    while True:
        (state,) = list_trunk_states([stored], run_command)
        if not state.fault or time.monotonic() > ends:
            return state
        time.sleep(POLL_S)
