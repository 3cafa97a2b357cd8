"""A reception without a trunk that places calls, and later without a log of channel events."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copy_installation
from reception import Reception, event_kinds, prompts_heard, wait_for

from caller.phone import CallerId
from caller.scripted_call import Hangup, Press
from records.callbacks import staff_actions
from records.calls.call_detail import get_call_detail, list_recent_calls

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def without_trunk(prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    var = tmp_path_factory.mktemp("no-trunk") / "var"
    reception = Reception.for_calls(copy_installation(prepared_installation, var), trunks="")
    reception.start()
    yield reception
    reception.stop()


def test_the_menu_neither_speaks_nor_knows_the_key_of_a_callback(without_trunk: Reception) -> None:
    heard = without_trunk.call(
        Press(keys="2", during="greeting-33199000000"), Hangup(after="menu-main-34"), caller=CallerId("0639980301")
    )

    prompts = prompts_heard(heard)
    assert prompts[:2] == ["greeting-33199000000", "menu-main-wrong-1"]
    assert "menu-main-2" not in prompts and "menu-main-1" in prompts
    assert "wrong_key" in event_kinds(without_trunk.wait_for_call_detail("+33639980301"))
    assert staff_actions.list_open_callbacks(without_trunk.database) == ()


def test_a_caller_who_reaches_nobody_is_offered_voicemail_alone(without_trunk: Reception) -> None:
    heard = without_trunk.call(
        Press(keys="1", during="greeting-33199000000"), Hangup(after="voicemail-invite"), caller=CallerId("0639980302")
    )

    assert not {prompt for prompt in prompts_heard(heard) if prompt.startswith("offer-")}
    assert prompts_heard(heard)[-1] == "voicemail-invite"


def test_a_call_that_ends_while_its_log_cannot_be_written_is_closed_on_record(without_trunk: Reception) -> None:
    log = without_trunk.settings.asterisk_spool / "channel-events.csv"
    log.unlink(missing_ok=True)
    log.mkdir()
    try:
        without_trunk.call(Hangup(after="menu-main-1"), caller=CallerId("0639980303"))

        def is_closed() -> bool:
            refs = [call.ref for call in list_recent_calls(without_trunk.database) if call.line == "+33639980303"]
            return bool(refs) and get_call_detail(without_trunk.database, refs[0]).call.ended_at is not None

        wait_for(is_closed, "the call to be closed", 100)
    finally:
        shutil.rmtree(log)
