"""One callback from the request to its end, during which a process is killed at a chosen moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from signal import SIGKILL

from asterisk_faults import temporary_agent
from callback_support import SwitchProcesses, callbacks_enabled, request_callback, wait_for_state
from evidence import count_rings
from fault_case import GuaranteeBroken, send_signal
from reception import wait_for
from tcp_proxy import TcpProxy
from workload import Workload

from caller.live_listener import matches_name
from caller.pcm import SAMPLE_RATE, tone, write_wav
from caller.phone import Phone
from caller.phone_events import PhoneEventKind
from caller.prompt_recognizer import PromptRecognizer
from dialplan import names
from records.callbacks import staff_actions
from records.staff.agents import Agent

STAFF = "  {strategy: rrmemory, ring_s: 60, max_wait_s: 60, wrapup_s: 0}"
RULES = "  {ring_s: 60, line_s: 300}"
DESK_HZ, VISITOR_HZ = 660, 540

_PERMISSION_REQUEST, _PERMISSION = b"agi_network_script: authorize-dial\n", names.CALLBACK_NUMBER.encode()
# The message on the connection at that moment. True: it is lost with the killed process, which had committed it.
_TO_ASTERISK = {
    "placed": (b"Action: Originate", True),
    "handed over": (b"Action: Originate", False),
}
_TO_US = {
    "the desk phone is dialled": (b"agi_network_script: member\n", False),
    "permission is requested": (_PERMISSION_REQUEST, False),
    "permission is committed": (_PERMISSION, True),
    "permission is sent": (_PERMISSION, False),
}
_IN_THE_CALL = (
    "before the request",
    "requested",
    "the desk phone rings",
    "the agent is asked",
    "the visitor is called",
    "they talk",
    "the conversation is recorded",
    "after the hang-up",
    "the result is recorded",
)
WITH_THE_SWITCH = (*_TO_ASTERISK, "permission is requested", "permission is sent", *_IN_THE_CALL)
WITH_THE_WORKER = tuple(_TO_US)
# The worker that is killed then has not given the permission, or the next one gives it.
_NOT_AUTHORIZED = ("permission is requested", "permission is committed")


@dataclass(frozen=True, slots=True)
class CallbackScenario:
    """An agent, the switch processes, and the connections between our code and Asterisk."""

    work: Workload
    agent: Agent
    switches: SwitchProcesses
    to_asterisk: TcpProxy
    to_us: TcpProxy
    chance: Random

    def play(self, number: str, moment: str, *, worker: bool = False) -> None:
        """One callback, during which the switch, or the `worker`, is killed and restarted at this moment.

        The visitor is called once, talks, and hangs up. If no permission to dial was given, the visitor is not called,
        and the callback waits. Raises GuaranteeBroken.
        """
        pids = self.work.reception.worker_pids() if worker else []
        kill = (
            partial(send_signal, pids, SIGKILL)
            if worker
            else partial(self.switches.restart, self.switches.wait_for_leader())
        )
        before = count_rings(self.work.carrier)[number]
        with (
            self.work.reception.desk_phone(self.agent, _says(self.work, DESK_HZ), auto_answer=False) as desk,
            Phone(outgoing_audio=_says(self.work, VISITOR_HZ)) as visitor,
        ):
            self.work.carrier.connect_phone(number, visitor)
            run = _CallbackRun(self, number, desk, visitor, moment, kill)
            try:
                rings = run.run(may_wait=worker and moment in _NOT_AUTHORIZED)
            except Exception as error:
                raise GuaranteeBroken(f"{moment}: {error}") from error
        rang = count_rings(self.work.carrier)[number] - before
        if not run.killed or rang != rings:
            raise GuaranteeBroken(f"{moment}: the visitor was called {rang} times, killed: {run.killed}")


@contextmanager
def callback_scenario(work: Workload, chance: Random) -> Iterator[CallbackScenario]:
    installation, settings = work.reception.installation, work.reception.settings
    with (
        temporary_agent(work) as agent,
        callbacks_enabled(work, staff=STAFF, callbacks=RULES),
        TcpProxy(settings.ami_port) as to_asterisk,
        TcpProxy(settings.agi_port) as to_us,
        SwitchProcesses(work, to_asterisk.port) as switches,
    ):
        say = "dialplan set global AGI_URL agi://127.0.0.1:"
        installation.asterisk_cli.run(f"{say}{to_us.port}")
        switches.start()
        try:
            yield CallbackScenario(work, agent, switches, to_asterisk, to_us, chance)
        finally:
            installation.asterisk_cli.run(f"{say}{settings.agi_port}")


class _CallbackRun:
    def __init__(
        self, stage: CallbackScenario, number: str, desk: Phone, visitor: Phone, moment: str, kill: Callable[[], object]
    ) -> None:
        self._stage, self._work, self._number = stage, stage.work, number
        self._desk, self._visitor = desk, visitor
        self._moment, self._kill, self.killed = moment, kill, False
        for wire, moments in ((stage.to_asterisk, _TO_ASTERISK), (stage.to_us, _TO_US)):
            if moment in moments:
                said, lost = moments[moment]
                wire.on_message(said, self._now, lost=lost)

    def run(self, *, may_wait: bool) -> int:
        """How often the visitor is called: once, or not yet."""
        self._at("before the request")
        accepted = request_callback(self._work, self._number)
        self._at("requested")
        self._desk.wait_for(PhoneEventKind.INCOMING, 30)
        self._at("the desk phone rings")
        self._desk.answer()
        wait_for(self._is_asked, "the agent to be asked")
        self._at("the agent is asked", patient=False)
        self._desk.press("1")
        wait_for(
            lambda: self._visitor.events or self._desk.is_over(),
            "the visitor to be called, or the agent to be informed",
            30,
        )
        if self._visitor.events or not may_wait:
            self._talk()
            return 1
        wait_for_state(self._work, "queued", self._number)
        staff_actions.cancel_callback_by_staff(self._work.reception.database, accepted.ref, "a test", datetime.now(UTC))
        return 0

    def _talk(self) -> None:
        self._visitor.wait_for(PhoneEventKind.INCOMING, 30)
        self._at("the visitor is called")
        self._visitor.answer()
        self._visitor.wait_for(PhoneEventKind.ANSWERED)
        self._at("they talk", patient=True)
        wait_for_state(self._work, "talking", self._number)
        self._at("the conversation is recorded", patient=True)
        wait_for(lambda: _hears(self._desk, VISITOR_HZ), "the agent to hear the visitor")
        wait_for(lambda: _hears(self._visitor, DESK_HZ), "the visitor to hear the agent")
        self._visitor.hangup()
        self._desk.wait_for(PhoneEventKind.CLOSED)
        self._at("after the hang-up")
        wait_for_state(self._work, "answered", self._number)
        self._at("the result is recorded", patient=True)
        wait_for_state(self._work, "answered", self._number)

    def _at(self, moment: str, *, patient: bool | None = None) -> None:
        """Kills now if this is the moment. `patient`: then waits until the next switch leads; None: at random."""
        if moment == self._moment:
            self._now()
            if self._stage.chance.random() < 0.5 if patient is None else patient:
                self._stage.switches.wait_for_leader()

    def _now(self) -> None:
        self.killed = True
        self._kill()

    def _is_asked(self) -> bool:
        return "!Read!" in self._work.reception.installation.asterisk_cli.run("core show channels concise")


def _hears(phone: Phone, hertz: int) -> bool:
    lately = PromptRecognizer({}).recognize(phone.received_audio()[-SAMPLE_RATE:])
    return not phone.is_over() and any(matches_name(sound, f"tone:{hertz}") for sound in lately)


def _says(work: Workload, hertz: int) -> Path:
    """The audio of a telephone: a tone that identifies it."""
    file = work.folder / f"{hertz}.wav"
    if not file.exists():
        write_wav(file, tone(hertz, 100))
    return file
