"""Asterisk was killed and comes back: telephones that were registered are reached at once."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import copy_installation
from reception import Reception, wait_for

from caller.phone import CallerId
from caller.scripted_call import Hangup, Press
from records.staff import agents

GREETING = "greeting-33199000000"
REACHED_WITHIN_S = 5.0


@pytest.fixture
def own_reception(prepared_installation: Path, tmp_path: Path) -> Iterator[Reception]:
    """A reception whose Asterisk no other test uses."""
    reception = Reception.for_calls(copy_installation(prepared_installation, tmp_path / "var"))
    reception.start()
    yield reception
    reception.stop()


def asterisk_pid(reception: Reception) -> int:
    said = reception.supervisorctl("pid", "asterisk").strip()
    return int(said) if said.isdigit() else 0


def is_fully_booted(reception: Reception) -> bool:
    return "fully booted" in reception.installation.asterisk_cli.run("core waitfullybooted")


def has_kept(reception: Reception, account: str) -> bool:
    """Whether the registration of this account is in the file that Asterisk reads when it starts."""
    file = reception.settings.var / "asterisk" / "lib" / "astdb.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as astdb:
        return any(account in key for (key,) in astdb.execute("SELECT key FROM astdb WHERE key LIKE '/registrar/%'"))


def is_reachable(reception: Reception, account: str) -> bool:
    shown = reception.installation.asterisk_cli.run(f"pjsip show aor {account}")
    return "Avail" in shown


@pytest.mark.long
def test_a_desk_is_reached_within_5_seconds_of_a_restart_of_asterisk(
    own_reception: Reception, tone: Callable[[int, float], Path]
) -> None:
    agent = agents.add_agent(own_reception.database, "Poste de test", language="fr", at=datetime.now(UTC))
    with own_reception.desk_phone(agent, outgoing_audio=tone(440, 60)):
        wait_for(lambda: has_kept(own_reception, agent.sip_account), "Asterisk to keep the registration")
        killed = asterisk_pid(own_reception)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: asterisk_pid(own_reception) not in (0, killed), "Asterisk to come back")
        wait_for(lambda: is_fully_booted(own_reception), "Asterisk to have started")
        wait_for(lambda: is_reachable(own_reception, agent.sip_account), "the desk to answer", REACHED_WITHIN_S)

        own_reception.call(
            Press(keys="0", during=GREETING),
            Hangup(after="tone:440", into_s=1, timeout=20),
            caller=CallerId("+33639980610"),
        )
    detail = own_reception.wait_for_call_detail("+33639980610")
    at = {event.kind.value: event.at for event in detail.events}
    assert at["staff_ringing"] - at["queue_entered"] < timedelta(seconds=REACHED_WITHIN_S)
    assert detail.call.disposition == "staff"
