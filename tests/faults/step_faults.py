"""Our code freezes after each command that it sends to Asterisk, in several kinds of call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from asterisk_faults import MOBILE, temporary_agent
from evidence import CENTRE, CallerExperience
from fault_case import GuaranteeBroken, fault_case
from freezing_proxy import FreezingProxy
from plan_variants import plan_with, temporary_plan
from workload import SimulatedCaller, Workload

from caller.live_listener import matches_name
from caller.pcm import tone, write_wav
from caller.scripted_call import Press
from records.actor import command_line_actor
from records.users import administration, phone_pins
from records.users.invitees import Invitee
from routing.access.permissions import Role

AT_ONCE, MAX_COMMANDS = 8, 80
AWAY = f'''  rules: [{{when: nobody-logged-in}}]
  centres:
    - {{name: away, number: "{CENTRE}", ring_s: 5}}'''
OFFERED_S = 19  # after the answer: the offer of a callback, after 8 s in the queue
PIN = "274016"


@fault_case()
def frozen_at_each_step_of_menu_message_and_promise(work: Workload, chance: Random) -> list[CallerExperience]:
    work.publish("Voici le message du jour, que quelqu'un interrompt avant qu'il soit fini.")
    steps = (Press(keys="3", at_s=0.7), Press(keys="*", at_s=3), Press(keys="2", at_s=4.5))
    return _at_each_step(work, chance, lambda number: SimulatedCaller(number, steps, stays_s=30), "callback-accepted")


@fault_case()
def frozen_at_each_step_on_the_way_to_a_person_and_back(work: Workload, chance: Random) -> list[CallerExperience]:
    """Staff, an agent whose outside number is busy, the offer of a callback, a typed number, the acceptance."""

    def caller(number: str) -> SimulatedCaller:
        steps = (
            Press(keys="1", at_s=0.7),
            Press(keys="2", at_s=OFFERED_S),
            Press(keys=number.replace("+33", "0"), at_s=OFFERED_S + 2),
            Press(keys="1", at_s=OFFERED_S + 7),
        )
        return SimulatedCaller(number, steps, stays_s=50)

    work.carrier.set_busy(MOBILE)
    with temporary_agent(work, outside_number=MOBILE):
        return _at_each_step(work, chance, caller, "callback-accepted-other")


@fault_case()
def frozen_at_each_step_on_the_way_to_a_centre(work: Workload, chance: Random) -> list[CallerExperience]:
    work.carrier.set_answering_with_tone(CENTRE)
    with temporary_plan(work.reception, work.folder) as publish:
        publish(plan_with(overflow=AWAY))
        steps = (Press(keys="1", at_s=0.7),)
        return _at_each_step(work, chance, lambda number: SimulatedCaller(number, steps, stays_s=25), "tone:500")


@fault_case()
def frozen_at_each_step_of_the_staff_line(work: Workload, chance: Random) -> list[CallerExperience]:
    """A user records the message of the day and keeps it as a draft."""
    spoken = work.folder / "spoken.wav"
    write_wav(spoken, tone(620, 60))
    line = work.reception.uri("0199000004")  # the staff line

    def caller(number: str) -> SimulatedCaller:
        steps = (
            Press(keys=f"{_create_message_editor(work, chance)}#", at_s=1),
            Press(keys=f"{PIN}#", at_s=2.5),
            Press(keys="3", at_s=7),  # which message
            Press(keys="#", at_s=17),  # the end of the recording
            Press(keys="4", at_s=27),
        )
        return SimulatedCaller(number, steps, stays_s=45, uri=line, outgoing_audio=spoken)

    return _at_each_step(work, chance, caller, "record-kept")


def _at_each_step(
    work: Workload, chance: Random, calling: Callable[[str], SimulatedCaller], last: str
) -> list[CallerExperience]:
    """The worker freezes after each command of an AGI session.

    One call counts the commands; then one call for each command, after which Asterisk receives nothing more. The
    watchdog, which would kill the frozen worker, is frozen too.
    """
    first, *others = work.numbers(chance, MAX_COMMANDS)
    with FreezingProxy(work.reception.settings.agi_port, work.mark_fault) as proxy, _fastagi_port(work, proxy.port):
        lived = work.call([calling(first)])
        commands = proxy.commands[first]
        if not any(matches_name(sound, last) for sound in lived[0].sounds) or len(commands) > len(others):
            raise GuaranteeBroken(f"the call did not complete in {len(commands)} commands:\n{lived[0].report}")
        proxy.max_commands.update(zip(others, range(len(commands)), strict=False))
        for start in range(0, len(commands), AT_ONCE):
            numbers = others[start : min(start + AT_ONCE, len(commands))]
            for number, one in zip(numbers, work.call([calling(number) for number in numbers]), strict=True):
                received = proxy.commands[number]
                place = f"frozen after {len(received)} commands, {', then '.join(received[-2:])}"
                lived.append(replace(one, report=f"{place}\n{one.report}"))
    return lived


def _create_message_editor(work: Workload, chance: Random) -> int:
    """A user with a PIN, for each call: simultaneous attempts with one PIN are rejected."""
    database, at, here = work.reception.database, datetime.now(UTC), command_line_actor("test")
    invitee = Invitee("Odile", f"odile{chance.getrandbits(64)}@example.org", Role.MESSAGE_EDITOR, "fr", None)
    user = administration.invite_users(database, here, [invitee], at=at)[0].user
    phone_pins.set_pin(database, here, user.id, PIN, at=at)
    return user.id


@contextmanager
def _fastagi_port(work: Workload, port: int) -> Iterator[None]:
    """Sends Asterisk's FastAGI requests to this port."""
    address = "dialplan set global AGI_URL agi://127.0.0.1:{}"
    work.reception.installation.asterisk_cli.run(address.format(port))
    try:
        yield
    finally:
        work.reception.installation.asterisk_cli.run(address.format(work.reception.settings.agi_port))
