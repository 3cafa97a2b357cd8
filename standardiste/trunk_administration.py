"""The trunks for the pages of the console (console/services.py, TrunkServices), tests in the background included."""

import logging
import threading

from caller.prompt_recognizer import PromptRecognizer
from console.services import TrunkTest
from records import trunks
from records.actor import Actor
from records.plan.reader import PlanReader
from records.trunks import StoredTrunk, TrunkUse
from routing.access.permissions import Permission
from routing.plan.overflow import presentable_numbers
from routing.trunks import Trunk
from standardiste import trunk_call, trunk_changes
from standardiste.installation import Installation
from standardiste.sound_library import list_sound_files
from standardiste.switchboard import trunk_hosts, trunk_states
from standardiste.switchboard.asterisk import AsteriskNotFound
from translations.message import Message, translatable

_NO_ASTERISK = translatable(
    "There is no Asterisk on this machine, so nothing can be tested. `standardiste doctor` says what to do."
)

log = logging.getLogger("console")


class TrunkAdministration:
    """One for each process: it remembers the last test of each trunk."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._tests: dict[str, TrunkTest] = {}
        self._lock = threading.Lock()

    def list_trunks(self) -> tuple[StoredTrunk, ...]:
        return trunks.list_trunks(self._installation.database, self._installation.secret_box)

    def list_presentable_numbers(self) -> tuple[str, ...]:
        plan = PlanReader(self._installation.database, self._installation.plan).read().plan
        return presentable_numbers(plan.numbers)

    def find_private_hosts(self, trunk: Trunk) -> tuple[str, ...]:
        return trunk_hosts.find_private_hosts(self._installation.settings, trunk)

    def find_impossible_hosts(self, trunk: Trunk) -> tuple[str, ...]:
        return trunk_hosts.find_impossible_hosts(self._installation.settings, trunk)

    def add_trunk(self, actor: Actor, new: StoredTrunk) -> None:
        trunk_changes.add_trunk(self._installation, actor, new)

    def change_trunk(self, actor: Actor, now: StoredTrunk, *, keeps_password: bool) -> None:
        trunk_changes.change_trunk(self._installation, actor, now, keeps_password=keeps_password)

    def put_first(self, actor: Actor, name: str) -> None:
        trunk_changes.put_first(self._installation, actor, name)

    def find_use(self, name: str) -> TrunkUse:
        return trunk_changes.find_use(self._installation, name)

    def remove_trunk(self, actor: Actor, name: str) -> None:
        trunk_changes.remove_trunk(self._installation, actor, name)

    def find_test(self, name: str) -> TrunkTest | None:
        return self._tests.get(name)

    def start_test(self, actor: Actor, name: str, *, with_call: bool) -> None:
        actor.require(Permission.MANAGE_TRUNKS)
        stored = trunks.get_trunk(self._installation.database, name, self._installation.secret_box)
        with self._lock:
            if (running := self._tests.get(name)) and running.is_running:
                return
            self._tests[name] = TrunkTest()
        threading.Thread(target=self._run, args=(stored, with_call), name=f"test of {name}", daemon=True).start()

    def _run(self, stored: StoredTrunk, with_call: bool) -> None:
        try:
            self._tests[stored.name] = self._test(stored, with_call)
        except Exception as error:  # whatever it is, the page must not wait for ever
            log.exception("the test of a trunk failed: %s", type(error).__name__)
            failed = translatable("The test could not be made; check whether the server is running, then try again.")
            self._tests[stored.name] = TrunkTest((failed,), is_running=False)

    def _test(self, stored: StoredTrunk, with_call: bool) -> TrunkTest:
        installation = self._installation
        try:
            installation.asterisk  # noqa: B018  found once, then kept
        except AsteriskNotFound:
            return TrunkTest((_NO_ASTERISK,), is_running=False)
        trunk_changes.ask_operator(installation, stored.name)
        state = trunk_states.wait_for_state(stored, installation.asterisk_cli.run)
        if state.fault:
            return TrunkTest((state.fault.problem, state.fault.remedy), is_running=False)
        registration, contact = state.summary
        found: tuple[Message, ...] = (
            translatable("State: %(registration)s, %(contact)s.", registration=registration, contact=contact),
        )
        if not with_call:
            return TrunkTest(found, is_running=False, is_good=True)
        self._tests[stored.name] = TrunkTest((*found, translatable("A test call is under way …")))
        plan = PlanReader(installation.database, installation.plan).read().plan
        recognizer = PromptRecognizer(list_sound_files(installation, plan.numbers[0].language))
        result = trunk_call.place_trunk_call(installation, stored.name, recognizer)
        return TrunkTest((*found, result.verdict), is_running=False, is_good=result.is_good)
