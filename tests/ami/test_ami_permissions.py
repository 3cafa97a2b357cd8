"""What our AMI user may do, on a real Asterisk."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly

from ami.connection import ActionRejected, open_connection
from ami.open_calls import list_channels
from ami.queue.queue import Queue, QueueMember
from standardiste.parts.supervisord_control import EXIT_NO_RESTART

PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"

FORBIDDEN = {
    "Command": {"Command": "core show version"},
    "Originate": {"Channel": "Local/s@staff", "Application": "System", "Data": "true", "Async": "true"},
    "Redirect": {"Channel": "PJSIP/trunk-1", "Context": "staff", "Exten": "s", "Priority": "1"},
    "BlindTransfer": {"Channel": "PJSIP/trunk-1", "Context": "transfer", "Exten": "s"},
    "Atxfer": {"Channel": "PJSIP/trunk-1", "Context": "transfer", "Exten": "s"},
    "Bridge": {"Channel1": "PJSIP/trunk-1", "Channel2": "PJSIP/trunk-2"},
    "Hangup": {"Channel": "PJSIP/trunk-1"},
    "Setvar": {"Variable": "AGI_URL", "Value": "agi://127.0.0.1:1"},
    "GetConfig": {"Filename": "pjsip.conf"},
    "UpdateConfig": {"SrcFilename": "pjsip.conf", "DstFilename": "pjsip.conf"},
    "DBPut": {"Family": "x", "Key": "y", "Val": "z"},
    "DBDel": {"Family": "Queue", "Key": "y"},
    "ModuleLoad": {"Module": "app_system.so", "LoadType": "load"},
    "Reload": {},
    "DialplanExtensionAdd": {"Context": "from-desk-phone", "Extension": "9", "Priority": "1", "Application": "Wait"},
    "MixMonitor": {"Channel": "PJSIP/trunk-1", "File": "x.wav"},
    "UserEvent": {"UserEvent": "x"},
}


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("rights") / "var", PLAN.read_text())
    asterisk.start()
    yield asterisk
    asterisk.stop()


@pytest.mark.parametrize("action", FORBIDDEN)
def test_an_action_that_we_do_not_need_is_rejected(asterisk: AsteriskOnly, action: str) -> None:
    async def test() -> str:
        async with open_connection(asterisk.ami_login, lambda event: None) as connection:
            with pytest.raises(ActionRejected) as rejected:
                await connection.send_action(action, **FORBIDDEN[action])
            return str(rejected.value)

    reason = asyncio.run(test())
    # Originate is allowed, but not to an application that reaches the shell.
    assert reason == "Permission denied" or re.search(
        "unknown command|originate access forbidden", reason, re.IGNORECASE
    )


def test_the_queue_actions_are_allowed(asterisk: AsteriskOnly) -> None:
    desk = QueueMember("p01", "Local/p01@member/n", "PJSIP/p01", 0)

    async def test() -> None:
        async with open_connection(asterisk.ami_login, lambda event: None) as connection:
            queue = Queue(connection, "fr")
            await queue.add(desk)
            await queue.pause(QueueMember("p01", desk.interface, desk.state_interface, 0, "presence-3"))
            await queue.set_penalty(QueueMember("p01", desk.interface, desk.state_interface, 2))
            (status,) = (await queue.status()).members
            assert (status.member.penalty, status.member.pause_reason, status.takes_calls) == (2, "presence-3", False)
            with pytest.raises(ActionRejected, match="No such caller"):
                await queue.withdraw("PJSIP/trunk-00000001", "overflow")
            await queue.remove(desk)

    asyncio.run(test())


def test_the_channels_that_there_are_can_be_listed(asterisk: AsteriskOnly) -> None:
    async def test() -> None:
        async with open_connection(asterisk.ami_login, lambda event: None) as connection:
            assert await list_channels(connection) == frozenset()

    asyncio.run(test())


def test_a_process_with_a_wrong_password_logs_it_once_and_is_not_restarted(
    asterisk: AsteriskOnly, tmp_path: Path
) -> None:
    right = asterisk.settings.ami_secret_file.read_text()
    log = tmp_path / "switch.log"
    asterisk.settings.ami_secret_file.write_text("another")
    try:
        with asterisk.run_switch(log) as process:
            assert process.wait(20) == EXIT_NO_RESTART
    finally:
        asterisk.settings.ami_secret_file.write_text(right)
    alarms = [line for line in log.read_text().splitlines() if '"critical"' in line]
    assert len(alarms) == 1
    assert "rejects our name and password" in alarms[0]
    messages = (asterisk.settings.log / "asterisk" / "messages").read_text()
    assert "another" not in messages


def test_the_manager_interface_listens_on_loopback_only(asterisk: AsteriskOnly) -> None:
    """https://docs.kernel.org/networking/proc_net_tcp.html: address and port in hexadecimal, state 0A is LISTEN."""
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    port = f":{asterisk.ami_login.port:04X}"
    assert [own for _, own, _, state, *_ in sockets if own.endswith(port) and state == "0A"] == [f"0100007F{port}"]
