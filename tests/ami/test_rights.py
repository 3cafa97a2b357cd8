"""What our account may do at Asterisk, measured."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from switchboard import Switchboard

from ami.link import Refused, linked
from ami.queue import Member, Queue
from standardiste.supervision import NO_RESTART

PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"

FORBIDDEN = {
    "Command": {"Command": "core show version"},
    "Originate": {"Channel": "Local/s@staff", "Application": "System", "Data": "true", "Async": "true"},
    "Redirect": {"Channel": "PJSIP/trunk-1", "Context": "staff", "Exten": "s", "Priority": "1"},
    "Hangup": {"Channel": "PJSIP/trunk-1"},
    "Getvar": {"Variable": "AGI_URL"},
    "Setvar": {"Variable": "AGI_URL", "Value": "agi://127.0.0.1:1"},
    "CoreShowChannels": {},
    "PJSIPShowEndpoints": {},
    "GetConfig": {"Filename": "pjsip.conf"},
    "UpdateConfig": {"SrcFilename": "pjsip.conf", "DstFilename": "pjsip.conf"},
    "DBPut": {"Family": "x", "Key": "y", "Val": "z"},
    "DBGet": {"Family": "Queue", "Key": "y"},
    "ModuleLoad": {"Module": "app_system.so", "LoadType": "load"},
    "Reload": {},
    "DialplanExtensionAdd": {"Context": "desk", "Extension": "9", "Priority": "1", "Application": "Wait"},
    "MixMonitor": {"Channel": "PJSIP/trunk-1", "File": "x.wav"},
    "UserEvent": {"UserEvent": "x"},
}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switchboard]:
    board = Switchboard(tmp_path_factory.mktemp("rights") / "var", PLAN.read_text())
    board.start()
    yield board
    board.stop()


@pytest.mark.parametrize("action", FORBIDDEN)
def test_whatever_does_not_concern_the_queue_is_refused(board: Switchboard, action: str) -> None:
    async def test() -> str:
        async with linked(board.account, lambda event: None) as link:
            with pytest.raises(Refused) as refused:
                await link.ask(action, **FORBIDDEN[action])
            return str(refused.value)

    said = asyncio.run(test())
    # Of calls: none to an application that reaches the shell.
    assert said == "Permission denied" or re.search("unknown command|originate access forbidden", said, re.IGNORECASE)


def test_what_the_queue_needs_is_granted(board: Switchboard) -> None:
    desk = Member("p01", "Local/p01@member/n", "PJSIP/p01", 0)

    async def test() -> None:
        async with linked(board.account, lambda event: None) as link:
            queue = Queue(link, "fr")
            await queue.add(desk)
            await queue.pause(Member("p01", desk.interface, desk.state_interface, 0, "presence-3"))
            await queue.penalise(Member("p01", desk.interface, desk.state_interface, 2))
            (seat,) = (await queue.status()).seats
            assert (seat.member.penalty, seat.member.paused_for, seat.takes_calls) == (2, "presence-3", False)
            with pytest.raises(Refused, match="No such caller"):
                await queue.withdraw("PJSIP/trunk-00000001", "overflow")
            await queue.remove(desk)

    asyncio.run(test())


def test_a_process_with_a_wrong_password_says_so_once_and_stays_down(board: Switchboard, tmp_path: Path) -> None:
    right = board.settings.ami_secret.read_text()
    log = tmp_path / "switch.log"
    board.settings.ami_secret.write_text("another")
    try:
        with board.switch(log) as process:
            assert process.wait(20) == NO_RESTART
    finally:
        board.settings.ami_secret.write_text(right)
    alarms = [line for line in log.read_text().splitlines() if '"critical"' in line]
    assert len(alarms) == 1
    assert "refuses our name and password" in alarms[0]
    refused = (board.settings.log / "asterisk" / "messages").read_text()
    assert "another" not in refused


def test_the_manager_interface_listens_on_this_machine_alone(board: Switchboard) -> None:
    """https://docs.kernel.org/networking/proc_net_tcp.html: address and port in hexadecimal, state 0A listens."""
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    port = f":{board.account.port:04X}"
    assert [own for _, own, _, state, *_ in sockets if own.endswith(port) and state == "0A"] == [f"0100007F{port}"]
