"""Agents at outside numbers: only the key 1 accepts a call."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import ports
import pytest
from carrier import Carrier
from databases import copy_installation
from hang_up_on_answer_phone import HangUpOnAnswerPhone
from manual_parts import wait_for_agi
from other_ears import assert_no_dead_air
from reception import Reception, event_kinds, wait_for

from caller.live_listener import LiveListener
from caller.phone import Phone
from caller.phone_events import PhoneEventKind
from caller.prompt_recognizer import PromptRecognizer, Sound
from caller.scripted_call import Hangup, Press, RunAction
from caller.tones import Tone
from records.calls.talks import find_current_talk
from records.staff import agents, presence
from records.staff.presence import PresenceState
from records.transfers.transfers import Target, TargetKind, request_transfer

GREETING = "greeting-33199000000"
PUBLIC = "0199000000"
MOBILE = "+33639980801"
MOBILE_HZ, DESK_HZ = 540, 660
HASTY = "127.0.0.8"

Tones = Callable[[int, float], Path]


@pytest.fixture(scope="module")
def carrier_port() -> int:
    return ports.free()


@pytest.fixture(scope="module")
def hasty_port() -> int:
    return ports.free()


@pytest.fixture(scope="module")
def reception(
    prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory, carrier_port: int, hasty_port: int
) -> Iterator[Reception]:
    var = tmp_path_factory.mktemp("reception") / "var"
    trunk = {"address": "127.0.0.1", "port": carrier_port, "calls_per_second": 20, "qualify_s": 0}
    hasty = trunk | {"address": HASTY, "port": hasty_port}
    reception = Reception.for_calls(
        copy_installation(prepared_installation, var), trunks=json.dumps({"carrier": trunk, "hasty": hasty})
    )
    _longer_ringing(reception)
    reception.start()
    yield reception
    reception.stop()


def _longer_ringing(reception: Reception) -> None:
    """Time for an agent at an outside number to listen and press a key."""
    plan = reception.settings.var / "plan.yaml"
    text = reception.run("plan", "show").stdout
    plan.write_text(text.replace("ring_s: 5", "ring_s: 12").replace("max_wait_s: 8", "max_wait_s: 40"))
    reception.run("plan", "publish", str(plan))


@pytest.fixture(scope="module", autouse=True)
def carrier(reception: Reception, tmp_path_factory: pytest.TempPathFactory, carrier_port: int) -> Iterator[Carrier]:
    carrier = Carrier(
        reception.installation.asterisk, tmp_path_factory.mktemp("carrier") / "var", reception.settings.sip_port
    )
    carrier.sip_port = carrier_port
    carrier.start()
    yield carrier
    carrier.stop()


@pytest.fixture(autouse=True)
def nobody_yet(reception: Reception) -> None:
    for one in presence.list_presences(reception.database):
        presence.set_presence(reception.database, one.agent_id, PresenceState.OUT, by="test", at=datetime.now(UTC))
    applied(reception)


def here(reception: Reception, person: agents.Agent, state: PresenceState) -> None:
    presence.set_presence(reception.database, person.id, state, by="test", at=datetime.now(UTC))
    applied(reception)


def applied(reception: Reception) -> None:
    wait_for(
        lambda: all(one.applied_at for one in presence.list_presences(reception.database)),
        "the queue to be as the base",
    )


def add(reception: Reception, name: str, outside_number: str | None = None, rank: int = 1) -> agents.Agent:
    at = datetime.now(UTC)
    person = agents.add_agent(reception.database, name, language="fr", at=at, rank=rank, outside_number=outside_number)
    applied(reception)
    return person


@contextmanager
def line(carrier: Carrier, number: str, *, says: Path) -> Iterator[Phone]:
    """A telephone of the public network, which hears no dead air."""
    with Phone(outgoing_audio=says) as phone:
        carrier.connect_phone(number, phone)
        yield phone
        assert_no_dead_air(phone)


def tones(sounds: Iterable[Sound]) -> set[int]:
    return {round(sound.frequency, -1) for sound in sounds if isinstance(sound, Tone)}


def test_an_agent_on_a_mobile_takes_a_call_with_1_and_sees_our_number(
    reception: Reception, carrier: Carrier, tone: Tones
) -> None:
    add(reception, "Anne", MOBILE)
    with line(carrier, MOBILE, says=tone(MOBILE_HZ, 60)) as mobile:

        def take() -> None:
            assert f"sip:+33{PUBLIC[1:]}@" in mobile.wait_for(PhoneEventKind.INCOMING).detail
            mobile.answer()
            LiveListener(mobile, reception.prompt_recognizer()).wait_for("accept-call", 10, into_s=0.4)
            mobile.press("1")

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=take, during="staff-connecting"),
            Hangup(during=f"tone:{MOBILE_HZ}", into_s=2, timeout=15),
            outgoing_audio=tone(620, 60),
        )
        mobile.wait_for(PhoneEventKind.CLOSED)
        heard = tones(PromptRecognizer({}).recognize(mobile.received_audio()))

    assert not story.missed_steps
    assert 620 in heard
    record = reception.wait_for_call_detail()
    assert record.call.disposition == "staff"
    assert "staff_answered" in event_kinds(record)


def nothing(mobile: Phone) -> None:
    """An answering machine: it answers and speaks."""
    mobile.wait_for(PhoneEventKind.INCOMING, 30)
    mobile.answer()


def another_key(mobile: Phone) -> None:
    nothing(mobile)
    mobile.wait_for(PhoneEventKind.ANSWERED)
    mobile.press("5")


def hangs_up(mobile: Phone) -> None:
    nothing(mobile)
    mobile.wait_for(PhoneEventKind.ANSWERED)
    mobile.hangup()


def no(mobile: Phone) -> None:
    mobile.wait_for(PhoneEventKind.INCOMING, 30)
    mobile.reject()


@pytest.mark.parametrize(
    "does",
    [nothing, *(pytest.param(other, marks=pytest.mark.long) for other in (hangs_up, another_key, no))],
    ids=["answering machine", "hang-up", "another key", "decline"],
)
def test_an_outside_number_that_does_not_press_1_passes_the_call_on(
    reception: Reception, carrier: Carrier, tone: Tones, does: Callable[[Phone], None]
) -> None:
    add(reception, "Basile", MOBILE)
    at_the_desk = add(reception, "Chloé")
    with (
        line(carrier, MOBILE, says=tone(MOBILE_HZ, 60)) as mobile,
        reception.desk_phone(at_the_desk, tone(DESK_HZ, 60), auto_answer=False) as desk,
    ):

        def answer_after_the_mobile() -> None:
            does(mobile)
            mobile.wait_for(PhoneEventKind.CLOSED, 20)
            # The desk may have been rung before the mobile already, and is rung now, or in a moment.
            wait_for(lambda: desk.events[-1].kind is PhoneEventKind.INCOMING, "the desk to ring", 20)
            desk.answer()

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=answer_after_the_mobile, during="staff-connecting"),
            Hangup(during=f"tone:{DESK_HZ}", into_s=1, timeout=20),
            max_seconds=90,
        )

    assert not story.missed_steps
    assert MOBILE_HZ not in tones(story.sounds)
    assert reception.wait_for_call_detail().call.disposition == "staff"


@pytest.fixture
def hasty_mobile(reception: Reception, hasty_port: int) -> Iterator[HangUpOnAnswerPhone]:
    """Outside numbers are reached by another trunk, on which every call is answered and ended at once."""
    with HangUpOnAnswerPhone((HASTY, hasty_port)) as mobile:
        reception.installation.asterisk_cli.run("dialplan set global TRUNK_FIRST hasty")
        yield mobile
        reception.installation.asterisk_cli.run("dialplan set global TRUNK_FIRST carrier")


@pytest.mark.long
def test_a_mobile_that_hangs_up_on_answer_does_not_drop_the_caller(
    reception: Reception, hasty_mobile: HangUpOnAnswerPhone, tone: Tones
) -> None:
    add(reception, "Emma", MOBILE)
    at_the_desk = add(reception, "Farid")
    here(reception, at_the_desk, PresenceState.OUT)
    with reception.desk_phone(at_the_desk, tone(DESK_HZ, 60)):

        def come_after_the_mobile() -> None:
            wait_for(lambda: hasty_mobile.calls >= 8, "the mobile to answer and hang up again and again", 30)
            here(reception, at_the_desk, PresenceState.READY)

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=come_after_the_mobile, during="staff-connecting"),
            Hangup(during=f"tone:{DESK_HZ}", into_s=1, timeout=20),
            max_seconds=90,
        )

    assert not story.missed_steps
    assert reception.wait_for_call_detail().call.disposition == "staff"


@pytest.mark.long
def test_without_python_the_desk_phone_rings_instead(reception: Reception, tone: Tones) -> None:
    person = add(reception, "Denis", MOBILE)
    reception.supervisorctl("stop", "calls")
    try:
        with reception.desk_phone(person, tone(DESK_HZ, 60)):
            story = reception.call(Hangup(during=f"tone:{DESK_HZ}", into_s=1, timeout=30))
        assert not story.missed_steps
    finally:
        reception.supervisorctl("start", "calls")
        wait_for_agi(reception)


@pytest.mark.long
def test_an_agent_on_a_mobile_hands_the_caller_over(reception: Reception, carrier: Carrier, tone: Tones) -> None:
    anne, desk = add(reception, "Anne", "+33639980809"), add(reception, "Désirée", rank=2)
    with (
        line(carrier, "+33639980809", says=tone(MOBILE_HZ, 60)) as mobile,
        reception.desk_phone(desk, tone(DESK_HZ, 60)) as phone,
    ):

        def take() -> None:
            mobile.wait_for(PhoneEventKind.INCOMING)
            mobile.answer()
            LiveListener(mobile, reception.prompt_recognizer()).wait_for("accept-call", 10, into_s=0.4)
            mobile.press("1")

        def transfer() -> None:
            now = lambda: datetime.now(UTC)  # noqa: E731
            wait_for(lambda: find_current_talk(reception.database, anne.sip_account, now()), "the talk on record")
            target = Target(TargetKind.PERSON, desk.id)
            request_transfer(reception.database, anne.id, target, note=None, at=now())
            mobile.wait_for(PhoneEventKind.CLOSED)

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=take, during="staff-connecting"),
            RunAction(action=transfer, during=f"tone:{MOBILE_HZ}"),
            Hangup(during=f"tone:{DESK_HZ}", into_s=2, timeout=20),
            outgoing_audio=tone(620, 60),
        )
        phone.wait_for(PhoneEventKind.CLOSED)
        assert 620 in tones(PromptRecognizer({}).recognize(phone.received_audio()))
    assert story.missed_steps == (), str(story)
