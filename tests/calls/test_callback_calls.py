"""Callbacks between agents at desk phones and visitors in the public network, and how often each rings."""

import json
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import product
from os import kill
from pathlib import Path

import ports
import pytest
from browser import chromium
from carrier import Carrier
from console_client import ConsoleApp
from databases import copy_installation
from other_ears import assert_no_dead_air
from plan_section import serve_console
from plan_variants import plan_with
from playwright.sync_api import Page, expect
from raw_caller import RawCaller
from reception import NUMBER, Reception, wait_for
from sqlalchemy import update

from caller.live_listener import LiveListener
from caller.pcm import SAMPLE_RATE, read_wav
from caller.phone import CallerId, Phone
from caller.phone_events import PhoneEventKind
from caller.prompt_recognizer import HeardPrompt
from caller.scripted_call import Press, RunAction
from prompts.library import sound_file
from records.callbacks import acceptance, do_not_call, staff_actions, visitor_actions
from records.callbacks.callback_request import AcceptedCallback, CallbackChannel, CallbackRequest
from records.callbacks.staff_actions import CallbackDetail, CallbackRow
from records.contacts.card_changes import CardFields, create_card
from records.plan import plan_versions
from records.requests.balance import count_contradictions
from records.schema import User
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.languages import LANGUAGES
from routing.plan import parsing
from standardiste import capacity
from standardiste.parts.console import create_app_context

OURS = "+33199000000"
MOBILE = "+33639980917"  # of a member of the team
FORBIDDEN = "+33639980926"  # the operator himself refuses to ring it
DESK_HZ, VISITOR_HZ = 660, 540
RING_S = 24
STAFF = f"  {{strategy: rrmemory, ring_s: {RING_S}, max_wait_s: 60, wrapup_s: 0}}"
SITES = """[{name: www, number: "+33199000000", topics: {fr: [Presse, Une adhésion], en: [Press, Membership]}}]"""
AGENT_FIRST = f"  {{ring_s: 10, line_s: 60, retry_after_min: [10], sites: {SITES}}}"
VISITOR_FIRST = "  {first: visitor, ring_s: 10, line_s: 60, retry_after_min: [10]}"

HEAR = """player => new Promise((heard) => {
    player.addEventListener("timeupdate", () => { if (player.currentTime > 0.2) heard(); });
    player.play();
})"""

Asked = AcceptedCallback | CallbackRow
Tones = Callable[[int, float], Path]


@pytest.fixture(scope="module")
def carrier_port() -> int:
    return ports.free()


@pytest.fixture(scope="module")
def stopped_reception(
    prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory, carrier_port: int
) -> Reception:
    trunk = {"address": "127.0.0.1", "port": carrier_port, "calls_per_second": 20, "qualify_s": 300}
    var = copy_installation(prepared_installation, tmp_path_factory.mktemp("reception") / "var")
    reception = Reception.for_calls(var, trunks=json.dumps({"carrier": trunk}))
    plan_versions.save_plan(
        reception.database, plan_with(staff=STAFF, callbacks=AGENT_FIRST), author="test", at=datetime.now(UTC)
    )
    return reception


@pytest.fixture(scope="module", autouse=True)
def carrier(
    stopped_reception: Reception, tmp_path_factory: pytest.TempPathFactory, carrier_port: int
) -> Iterator[Carrier]:
    """The operator, before the reception: a question that Asterisk asked too early would fail later, and count."""
    asterisk, trunk_port = stopped_reception.installation.asterisk, stopped_reception.settings.sip_port
    carrier = Carrier(asterisk, tmp_path_factory.mktemp("carrier") / "var", trunk_port)
    carrier.sip_port = carrier_port
    carrier.start()
    yield carrier
    carrier.stop()


@pytest.fixture(scope="module")
def reception(stopped_reception: Reception, carrier: Carrier) -> Iterator[Reception]:
    stopped_reception.start()
    wait_until_operator_state(stopped_reception, "Avail")
    yield stopped_reception
    stopped_reception.stop()


def wait_until_operator_state(reception: Reception, answer: str) -> None:
    """Waits until Asterisk considers the operator reachable or not: `answer`."""

    def is_reached() -> bool:
        reception.installation.asterisk_cli.run("pjsip qualify carrier")
        return f" {answer} " in reception.installation.asterisk_cli.run("pjsip show contacts")

    wait_for(is_reached, f"the operator to be {answer}", 20)


@pytest.fixture(autouse=True)
def each_ring_is_of_an_attempt(reception: Reception, carrier: Carrier) -> Iterator[None]:
    """After each test: the operator has exactly one ring for each authorized attempt."""
    yield
    called = [dialog for dialog in carrier.trunk_dialogs() if dialog.number != MOBILE]
    rang = Counter(dialog.number for dialog in called if dialog.rang or dialog.number == FORBIDDEN)
    given = "SELECT e164 FROM callback_attempt JOIN request ON request.id = request_id JOIN line ON line.id = line_id"
    with reception.database.read() as connection:
        rows = connection.exec_driver_sql(f"{given} WHERE rung_at IS NOT NULL")
        assert rang == Counter(rows.scalars())


@pytest.fixture
def first() -> str:
    """The callback rules of the plan, unless a test sets others."""
    return AGENT_FIRST


@pytest.fixture(autouse=True)
def in_force(reception: Reception, first: str, tmp_path: Path) -> None:
    plan = plan_with(staff=STAFF, callbacks=first)
    current = plan_versions.get_current_version(reception.database)
    if current is None or current.text != plan:
        (tmp_path / "plan.yaml").write_text(plan)
        reception.run("plan", "publish", str(tmp_path / "plan.yaml"))


@pytest.fixture(scope="module")
def team(reception: Reception) -> tuple[Agent, Agent]:
    first, second = (
        agents.add_agent(reception.database, name, language="fr", at=datetime.now(UTC)) for name in ("A", "B")
    )
    return first, second


def only(reception: Reception, *team: Agent) -> None:
    """Only these agents take calls."""
    for person in agents.list_agents(reception.database):
        state = PresenceState.READY if person in team else PresenceState.OUT
        presence.set_presence(reception.database, person.id, state, by="test", at=datetime.now(UTC))
    wait_for(
        lambda: all(one.applied_at for one in presence.list_presences(reception.database)),
        "the queue to be as the base",
    )


@contextmanager
def at_work(reception: Reception, *team: Agent, says: Path) -> Iterator[list[Phone]]:
    """Only these agents take calls, each at a desk phone, and hear no dead air."""
    only(reception, *team)
    with ExitStack() as desks:
        phones = [desks.enter_context(reception.desk_phone(person, says, auto_answer=False)) for person in team]
        yield phones
        for phone in phones:
            assert_no_dead_air(phone)


@contextmanager
def visitor(carrier: Carrier, line: str, says: Path) -> Iterator[Phone]:
    """A visitor with this telephone, who has requested a callback and hears no dead air."""
    with Phone(outgoing_audio=says) as phone:
        carrier.connect_phone(line, phone)
        yield phone
        assert_no_dead_air(phone)


def ask(
    reception: Reception, line: str, channel: CallbackChannel = CallbackChannel.WEB, **more: str
) -> AcceptedCallback:
    plan = parsing.parse_plan(plan_versions.get_current_version(reception.database).text)
    wish = CallbackRequest(line, OURS, channel, "fr", **more)
    hours, at = plan.hours["always"], datetime.now(UTC)
    return acceptance.accept_callback(
        reception.database, wish, CallbackTerms(plan.callbacks, Calendar(hours, plan.timezone)), at=at
    )


def accepts(reception: Reception, desk: Phone, key: str = "1", says: str = "callback-web") -> None:
    desk.wait_for(PhoneEventKind.INCOMING, after_s=desk.elapsed_s() - 0.5 if desk.is_over() else 0)
    desk.answer()
    listener = LiveListener(desk, reception.prompt_recognizer())
    listener.wait_for(says, 15)
    desk.press(key)


def story(reception: Reception, asked: Asked) -> CallbackDetail:
    return staff_actions.get_callback_detail(reception.database, asked.ref)


def becomes(reception: Reception, asked: Asked, state: str, seconds: float = 15) -> CallbackDetail:
    """The callback, once it is in this state."""
    wait_for(lambda: story(reception, asked).row.state == state, f"the callback to be {state}", seconds)
    return story(reception, asked)


def once_tried(reception: Reception, asked: Asked) -> CallbackDetail:
    """The callback, once an attempt has ended."""
    wait_for(lambda: any(one.ended_at for one in story(reception, asked).attempts), "the attempt to be over", 15)
    return story(reception, asked)


def heard(reception: Reception, phone: Phone, language: str = "fr") -> set[str]:
    """The prompts of a language that the telephone heard, once the call has ended."""
    phone.wait_for(PhoneEventKind.CLOSED)
    return {
        sound.key
        for sound in reception.prompt_recognizer(language).recognize(phone.received_audio())
        if isinstance(sound, HeardPrompt)
    }


def rings(phone: Phone) -> int:
    """How often the telephone rang."""
    return sum(event.kind is PhoneEventKind.INCOMING for event in phone.events)


def translated(reception: Reception) -> set[str]:
    """The channels whose audio is transcoded."""
    lines = reception.installation.asterisk_cli.run("core show channels concise").splitlines()
    channels = {line.split("!")[0] for line in lines if "!" in line}
    told = {channel: reception.installation.asterisk_cli.run(f"core show channel {channel}") for channel in channels}
    return {channel for channel, text in told.items() if re.search("(Write|Read)Transcode: Yes", text)}


def states(told: CallbackDetail) -> list[str]:
    return [str(move.after) for move in told.transitions]


# --- agent first ------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_more_callers(reception: Reception) -> Iterator[None]:
    """As many callers as the settings allow: one more is refused."""
    reception.installation.asterisk_cli.run("dialplan set global CALLS_MAX 0")
    yield
    reception.installation.asterisk_cli.run(f"dialplan set global CALLS_MAX {capacity.max_calls(reception.settings)}")


@pytest.mark.usefixtures("no_more_callers")
def test_an_agent_accepts_and_both_hear_each_other_also_when_no_more_callers_are_taken(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    with RawCaller(reception.settings.sip_port) as caller:
        assert caller.invite(NUMBER).code == 486
    line = "+33639980901"
    with (
        at_work(reception, team[0], says=tone(DESK_HZ, 60)) as (desk,),
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        asked = ask(reception, line, name="Zoé", topic="Une adhésion", site="www")
        assert desk.wait_for(PhoneEventKind.INCOMING).detail.startswith(f"Rappel : Zoé <sip:{line}@")
        accepts(reception, desk, says="topic-www-2")
        assert "+33199000000" in phone.wait_for(PhoneEventKind.INCOMING).detail  # ours
        LiveListener(desk, reception.prompt_recognizer()).wait_for("tone:440", 10)  # it rings there
        phone.answer()
        LiveListener(phone, reception.prompt_recognizer()).wait_for(f"tone:{DESK_HZ}", 10)
        LiveListener(desk, reception.prompt_recognizer()).wait_for(f"tone:{VISITOR_HZ}", 10)
        becomes(reception, asked, "talking")
        phone.hangup()
        desk.wait_for(PhoneEventKind.CLOSED)
        told = becomes(reception, asked, "answered")

        assert states(told) == ["queued", "in_line", "visitor_ringing", "talking", "answered"]
        assert (rings(phone), rings(desk)) == (1, 1)


@pytest.mark.long
def test_a_visitor_who_answers_without_ringing_is_heard(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    """Visitors who answer without ringing: three, for RTP sequence numbers start at random."""
    for line in ("+33639980923", "+33639980924", "+33639980925"):
        carrier.set_answering_with_tone(line)
        with at_work(reception, team[0], says=tone(DESK_HZ, 30)) as (desk,):
            asked = ask(reception, line)
            accepts(reception, desk)
            LiveListener(desk, reception.prompt_recognizer()).wait_for("tone:500", 10)
            assert translated(reception) == set()
            desk.hangup()
            becomes(reception, asked, "answered")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_agent_who_answers_late_has_time_for_the_offer_and_a_key(reception: Reception, language: str) -> None:
    sounds, rendered = reception.settings.sounds, (reception.settings.asterisk_etc / "extensions.conf").read_text()
    last_ring_s = int(re.search(r"^CONFIRM_RING_S = (\d+)$", rendered, re.M)[1])
    for keys in product(("callback-web", "callback-telephone"), ("topic-www-1", "topic-www-2"), ("callback-accept",)):
        offer_s = sum(len(read_wav(sound_file(sounds, language, key))) for key in keys) / SAMPLE_RATE

        assert last_ring_s + offer_s < RING_S - 2


def test_a_rejected_callback_goes_to_another_agent_and_a_busy_visitor_is_retried(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980902"
    with (
        at_work(reception, *team, says=tone(DESK_HZ, 90)) as desks,
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        asked = ask(reception, line, CallbackChannel.KEY)
        first = wait_for(lambda: next((desk for desk in desks if rings(desk)), None), "a desk to ring")
        second = next(desk for desk in desks if desk is not first)
        accepts(reception, first, "2", says="callback-telephone")
        accepts(reception, second, says="callback-telephone")
        phone.wait_for(PhoneEventKind.INCOMING)
        phone.reject()
        told = becomes(reception, asked, "queued")
        assert "callback-unreached" in heard(reception, second)

        assert [attempt.result for attempt in told.attempts] == ["busy"]
        assert told.row.not_before - datetime.now(UTC) > timedelta(minutes=9)
        assert (rings(phone), rings(first), rings(second)) == (1, 1, 1)
        visitor_actions.cancel_callback(reception.database, asked.ref, asked.secret, at=datetime.now(UTC))


@pytest.mark.long
def test_the_visitors_call_ends_with_the_agents_and_an_absent_visitor_is_called_once(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    for line, hangs_up, result in (("+33639980903", True, "agent_gone"), ("+33639980904", False, "noanswer")):
        with (
            at_work(reception, team[0], says=tone(DESK_HZ, 60)) as (desk,),
            visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
        ):
            asked = ask(reception, line)
            accepts(reception, desk)
            phone.wait_for(PhoneEventKind.INCOMING)
            wait_for(
                lambda line=line: any(dialog.rang for dialog in carrier.trunk_dialogs() if dialog.number == line),
                "the operator to say that it rings",
            )
            if hangs_up:
                desk.hangup()
            phone.wait_for(PhoneEventKind.CLOSED, 15)
            told = becomes(reception, asked, "queued")

            assert [attempt.result for attempt in told.attempts] == [result]
            assert (rings(phone), told.row.dial_count) == (1, 1)


@pytest.mark.long
def test_hanging_up_during_the_offer_is_no_acceptance(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980908"
    with (
        at_work(reception, team[0], says=tone(DESK_HZ, 60)) as (desk,),
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        asked = ask(reception, line)
        desk.wait_for(PhoneEventKind.INCOMING)
        desk.answer()
        LiveListener(desk, reception.prompt_recognizer()).wait_for("callback-web", 15)
        desk.hangup()
        told = becomes(reception, asked, "queued")

        assert states(told) == ["queued", "in_line", "queued"]
        assert told.transitions[-1].reason == "declined"  # there is nobody else
        assert (told.row.dial_count, rings(phone), rings(desk)) == (0, 0, 1)
        visitor_actions.cancel_callback(reception.database, asked.ref, asked.secret, at=datetime.now(UTC))


@pytest.mark.long
def test_an_unanswered_callback_goes_to_another_agent_until_it_is_cancelled(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980918"
    with (
        at_work(reception, *team, says=tone(DESK_HZ, 60)) as desks,
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        asked = ask(reception, line)
        first = wait_for(lambda: next((desk for desk in desks if rings(desk)), None), "a desk to ring")
        first.reject()
        second = next(desk for desk in desks if desk is not first)
        second.wait_for(PhoneEventKind.INCOMING)
        visitor_actions.cancel_callback(reception.database, asked.ref, asked.secret, at=datetime.now(UTC))
        second.wait_for(PhoneEventKind.CLOSED)
        wait_for(
            lambda: "cb-" not in reception.installation.asterisk_cli.run("core show channels concise"),
            "all to be over",
        )

        assert states(story(reception, asked)) == ["queued", "in_line", "cancelled"]
        assert (rings(first), rings(second), rings(phone)) == (1, 1, 0)


@pytest.mark.long
def test_an_agent_who_rejects_a_callback_on_a_mobile_is_not_dialled_for_it_again(
    reception: Reception, carrier: Carrier
) -> None:
    outside = agents.add_agent(reception.database, "E", language="fr", at=datetime.now(UTC), outside_number=MOBILE)
    carrier.set_rejecting(MOBILE)
    before = len(carrier.trunk_dialogs())
    only(reception, outside)
    asked = ask(reception, "+33639980922")
    told = once_tried(reception, asked)
    visitor_actions.cancel_callback(reception.database, asked.ref, asked.secret, at=datetime.now(UTC))

    assert [move.reason for move in told.transitions][-1] == "declined"
    assert [dialog.number for dialog in carrier.trunk_dialogs()[before:]] == [MOBILE]


def test_a_callback_cancelled_during_its_offer_never_calls_the_visitor(
    reception: Reception, carrier: Carrier, tone: Tones
) -> None:
    """The agent hears the offer in their own language: the visitor's is French."""
    line = "+33639980905"
    english = agents.add_agent(reception.database, "C", language="en", speaks=("fr", "en"), at=datetime.now(UTC))
    with (
        at_work(reception, english, says=tone(DESK_HZ, 60)) as (desk,),
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        asked = ask(reception, line)
        desk.wait_for(PhoneEventKind.INCOMING)
        desk.answer()
        LiveListener(desk, reception.prompt_recognizer("en")).wait_for("callback-web", 15)
        visitor_actions.cancel_callback(reception.database, asked.ref, asked.secret, at=datetime.now(UTC))
        desk.press("1")
        desk.wait_for(PhoneEventKind.CLOSED, 15)

        assert "callback-impossible" in heard(reception, desk, "en")
        assert states(story(reception, asked)) == ["queued", "in_line", "cancelled"]
        assert rings(phone) == 0


@pytest.mark.long
@pytest.mark.parametrize("first", [AGENT_FIRST, VISITOR_FIRST], ids=["agent", "visitor"])
def test_while_the_operator_is_down_no_agent_is_dialled_and_no_attempt_is_used(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones, first: str
) -> None:
    with at_work(reception, team[0], says=tone(DESK_HZ, 30)) as (desk,):
        with carrier.frozen():
            wait_until_operator_state(reception, "Unavail")
            asked = ask(reception, "+33639980909" if first == AGENT_FIRST else "+33639980910")
            told = once_tried(reception, asked)
        wait_until_operator_state(reception, "Avail")

        assert states(told) == ["queued", "in_line", "queued"]
        assert [(attempt.result, attempt.rung_at) for attempt in told.attempts] == [("late", None)]
        assert (told.row.dial_count, rings(desk)) == (0, 0)
        visitor_actions.cancel_callback(reception.database, asked.ref, asked.secret, at=datetime.now(UTC))


# --- what dies in between ---------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_conversation_continues_without_the_switch_and_is_recorded_afterwards(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980906"
    with (
        at_work(reception, team[0], says=tone(DESK_HZ, 60)) as (desk,),
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        asked = ask(reception, line)
        desk.wait_for(PhoneEventKind.INCOMING)
        reception.supervisorctl("stop", "switch")
        try:
            accepts(reception, desk)
            phone.wait_for(PhoneEventKind.INCOMING)
            phone.answer()
            LiveListener(phone, reception.prompt_recognizer()).wait_for(f"tone:{DESK_HZ}", 10)
            phone.hangup()
            desk.wait_for(PhoneEventKind.CLOSED)
            assert story(reception, asked).row.state == "visitor_ringing"
        finally:
            reception.supervisorctl("start", "switch")
        told = becomes(reception, asked, "answered")

        assert states(told) == ["queued", "in_line", "visitor_ringing", "talking", "answered"]
        assert rings(phone) == 1


@pytest.mark.long
def test_a_callback_during_which_asterisk_dies_is_to_be_checked_by_a_person(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980907"
    with visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone:
        with at_work(reception, team[0], says=tone(DESK_HZ, 60)) as (desk,):
            asked = ask(reception, line)
            accepts(reception, desk)
            phone.wait_for(PhoneEventKind.INCOMING)
            kill(int(reception.supervisorctl("pid", "asterisk")), signal.SIGKILL)
            told = becomes(reception, asked, "to_check", 30)

        assert [attempt.result for attempt in told.attempts] == ["unknown"]
        assert rings(phone) == 1


@pytest.mark.parametrize(
    ("gone_then", "gone_now", "place_then", "place_now"),
    [
        (2, 4, 5, 3),
        pytest.param(2, 2, 5, 5, marks=pytest.mark.long),
        pytest.param(0, 9, 5, 1, marks=pytest.mark.long),
        pytest.param(3, 0, 5, 5, marks=pytest.mark.long),
    ],
    ids=["two have gone since", "nobody has", "more than were before the caller", "counted anew since"],
)
def test_a_callback_that_returns_to_the_queue_waits_behind_earlier_callers(
    reception: Reception, gone_then: int, gone_now: int, place_then: int, place_now: int
) -> None:
    """Waits until as many callers have left the queue as have joined it."""
    steps = (
        "Set(CHANNEL(language)=fr)",
        f"Set(QUEUE_DEPARTURES={gone_then})",
        f"Gosub(updated-queue-position,s,1({place_then}))",
        "Set(GLOBAL(MOVED_UP)=${GOSUB_RETVAL})",
    )
    lines = [f"dialplan add extension s,{n},{step} into moving replace" for n, step in enumerate(steps, 1)]
    counted = f"dialplan set global QUEUE_JOIN_COUNT_fr {gone_now}"
    for line in (
        *lines,
        counted,
        "dialplan set global MOVED_UP 0",
        "channel originate Local/s@moving/n extension s@moving",
    ):
        reception.installation.asterisk_cli.run(line)

    wait_for(
        lambda: f"MOVED_UP={place_now}\n" in reception.installation.asterisk_cli.run("dialplan show globals"),
        "the caller's place",
    )


# --- visitor first ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [VISITOR_FIRST], ids=["visitor"])
def test_a_visitor_called_first_connects_by_1_and_opts_out_by_9(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    connected, opposed = "+33639980911", "+33639980912"
    with at_work(reception, team[0], says=tone(DESK_HZ, 90)) as (desk,):
        with visitor(carrier, connected, tone(VISITOR_HZ, 60)) as phone:
            asked = ask(reception, connected)
            assert "+33199000000" in phone.wait_for(PhoneEventKind.INCOMING).detail
            phone.answer()
            LiveListener(phone, reception.prompt_recognizer()).wait_for("greeting-33199000000", 10)
            LiveListener(phone, reception.prompt_recognizer()).wait_for("callback-visitor", 15)
            phone.press("1")
            assert connected in desk.wait_for(PhoneEventKind.INCOMING).detail
            desk.answer()
            LiveListener(phone, reception.prompt_recognizer()).wait_for(f"tone:{DESK_HZ}", 10)
            LiveListener(desk, reception.prompt_recognizer()).wait_for(f"tone:{VISITOR_HZ}", 10)
            becomes(reception, asked, "talking")
            desk.hangup()
            becomes(reception, asked, "answered")
            assert (rings(phone), rings(desk)) == (1, 1)

        with visitor(carrier, opposed, tone(VISITOR_HZ, 60)) as phone:
            asked = ask(reception, opposed)
            phone.wait_for(PhoneEventKind.INCOMING)
            phone.answer()
            LiveListener(phone, reception.prompt_recognizer()).wait_for("callback-visitor", 20)
            phone.press("9")
            LiveListener(phone, reception.prompt_recognizer()).wait_for("callback-opposed", 10)
            becomes(reception, asked, "unrung")
            assert do_not_call.is_do_not_call(reception.database, opposed)
            assert story(reception, ask(reception, opposed)).row.state == "unrung"
            assert rings(phone) == 1


@pytest.mark.long
@pytest.mark.parametrize("first", [VISITOR_FIRST], ids=["visitor"])
def test_an_answering_machine_that_is_called_first_presses_no_key_and_rings_no_agent(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980913"
    with (
        at_work(reception, team[0], says=tone(DESK_HZ, 90)) as (desk,),
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        asked = ask(reception, line)
        phone.wait_for(PhoneEventKind.INCOMING)
        phone.answer()
        phone.wait_for(PhoneEventKind.CLOSED, 40)
        told = becomes(reception, asked, "queued")
        assert [attempt.result for attempt in told.attempts] == ["no_key"]
        assert (rings(phone), rings(desk)) == (1, 0)


@pytest.mark.long
@pytest.mark.parametrize("first", [VISITOR_FIRST], ids=["visitor"])
def test_a_visitor_called_first_who_is_not_reached_dials_no_agent_and_is_retried(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    busy, refuses, away = "+33639980919", "+33639980920", "+33639980921"
    with (
        at_work(reception, *team, says=tone(DESK_HZ, 60)) as desks,
        visitor(carrier, busy, tone(VISITOR_HZ, 60)) as engaged,
        visitor(carrier, away, tone(VISITOR_HZ, 60)) as unattended,
    ):
        carrier.set_rejecting(refuses)
        carrier.set_forbidden(FORBIDDEN)
        outcomes = {busy: "busy", refuses: "busy", away: "noanswer", FORBIDDEN: "congestion"}
        asked = {line: ask(reception, line) for line in outcomes}
        engaged.wait_for(PhoneEventKind.INCOMING)
        engaged.reject()
        for line, result in outcomes.items():
            told = once_tried(reception, asked[line])
            assert states(told) == ["queued", "in_line", "visitor_ringing", "queued"]
            assert [attempt.result for attempt in told.attempts] == [result]
            assert told.row.not_before - datetime.now(UTC) > timedelta(minutes=9)
        assert [rings(phone) for phone in (engaged, unattended, *desks)] == [1, 1, 0, 0]


@pytest.mark.long
@pytest.mark.parametrize("first", [VISITOR_FIRST], ids=["visitor"])
def test_a_visitor_keeps_waiting_when_the_mobile_of_an_agent_hangs_up_during_the_offer(
    reception: Reception, carrier: Carrier, tone: Tones
) -> None:
    line = "+33639980916"
    outside = agents.add_agent(reception.database, "D", language="fr", at=datetime.now(UTC), outside_number=MOBILE)
    with visitor(carrier, MOBILE, tone(DESK_HZ, 60)) as mobile, visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone:
        only(reception, outside)
        asked = ask(reception, line)
        phone.wait_for(PhoneEventKind.INCOMING)
        phone.answer()
        LiveListener(phone, reception.prompt_recognizer()).wait_for("callback-visitor", 20)
        phone.press("1")
        mobile.wait_for(PhoneEventKind.INCOMING)
        mobile.answer()
        LiveListener(mobile, reception.prompt_recognizer()).wait_for("accept-call", 10)
        mobile.hangup()
        wait_for(lambda: rings(mobile) == 2, "the mobile to ring again", 20)
        assert story(reception, asked).row.state == "visitor_ringing"
        mobile.answer()
        LiveListener(mobile, reception.prompt_recognizer()).wait_for("accept-call", 10)
        mobile.press("1")
        LiveListener(phone, reception.prompt_recognizer()).wait_for(f"tone:{DESK_HZ}", 10)
        becomes(reception, asked, "talking")
        mobile.hangup()
        told = becomes(reception, asked, "answered")

    assert states(told) == ["queued", "in_line", "visitor_ringing", "talking", "answered"]
    assert rings(phone) == 1


@pytest.mark.long
@pytest.mark.parametrize("first", [VISITOR_FIRST], ids=["visitor"])
def test_a_visitor_called_first_may_hang_up_before_a_key_and_while_waiting(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    with at_work(reception, team[0], says=tone(DESK_HZ, 60)) as (desk,):
        for line, waits, result in (("+33639980914", False, "no_key"), ("+33639980915", True, "agent_gone")):
            with visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone:
                asked = ask(reception, line)
                phone.wait_for(PhoneEventKind.INCOMING)
                phone.answer()
                LiveListener(phone, reception.prompt_recognizer()).wait_for("greeting-33199000000", 10)
                if waits:
                    phone.press("1")
                    desk.wait_for(PhoneEventKind.INCOMING)
                phone.hangup()
                told = becomes(reception, asked, "queued")

                assert [attempt.result for attempt in told.attempts] == [result]
                assert told.row.not_before - datetime.now(UTC) > timedelta(minutes=9)
        desk.wait_for(PhoneEventKind.CLOSED)
        assert rings(desk) == 1


# --- from a voicemail to both on the telephone, at a browser ----------------------------------------------------------


def test_a_voicemail_appears_is_heard_called_back_and_closed_at_a_browser(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line, typed = "+33639980941", "06 39 98 09 41"
    only(reception)
    with open_inbox(reception) as (page, colleague):
        row = page.locator(".inbox > li", has_text=typed)
        with ThreadPoolExecutor(1) as thread:  # the browser has an event loop in this thread
            thread.submit(leave_voicemail, reception, line, tone(620, 40)).result()
        expect(row).to_be_visible(timeout=30_000)  # nobody has reloaded the page
        came_in = balance(page)

        row.locator("audio").evaluate(HEAR)
        expect(row.locator("canvas")).to_be_visible()  # its waveform
        row.get_by_role("button", name="2×").click()
        assert row.locator("audio").evaluate("player => player.playbackRate") == 2
        row.locator("h2 a").click()
        expect(page.locator("main")).to_contain_text(typed)
        page.goto("/inbox")
        colleague.goto("/inbox")
        row.get_by_role("button", name=re.compile("^Prendre")).click()
        theirs = colleague.locator(".inbox > li", has_text=typed)
        theirs.get_by_role("button", name=re.compile("^Prendre")).click()
        expect(colleague.locator(".notice")).to_contain_text("a déjà pris cette demande")

        with (
            at_work(reception, team[0], says=tone(DESK_HZ, 60)) as (desk,),
            visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
        ):
            row.get_by_role("button", name=re.compile("^Rappeler")).click()
            expect(page.locator(".notice")).to_contain_text("Le rappel est dans la file")
            accepts(reception, desk, says="callback-accept")
            phone.wait_for(PhoneEventKind.INCOMING)
            phone.answer()
            LiveListener(phone, reception.prompt_recognizer()).wait_for(f"tone:{DESK_HZ}", 10)
            LiveListener(desk, reception.prompt_recognizer()).wait_for(f"tone:{VISITOR_HZ}", 10)
            phone.hangup()
            desk.wait_for(PhoneEventKind.CLOSED)
        expect(row).to_have_count(0, timeout=30_000)
        received, done, still_open = balance(page)
        assert received == done + still_open
        assert (received, done, still_open) == (came_in[0] + 1, came_in[1] + 2, came_in[2] - 1)
    assert count_contradictions(reception.database) == 0


def leave_voicemail(reception: Reception, line: str, says: Path) -> None:
    reception.call(
        Press(keys="0", during="greeting-33199000000"),
        RunAction(action=lambda: time.sleep(2), after="tone:1000"),
        Press(keys="#"),
        caller=CallerId(line),
        outgoing_audio=says,
    )


@contextmanager
def open_inbox(reception: Reception) -> Iterator[tuple[Page, Page]]:
    """The inbox in the browsers of two people; that of the second one does not refresh itself."""
    secret = reception.settings.console_secret_file
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("of the tests")
    console = ConsoleApp.of(create_app_context(reception.installation))
    with serve_console(console) as url, chromium() as browser:
        pages = []
        for scripts in (True, False):
            context = browser.new_context(base_url=url, locale="fr", java_script_enabled=scripts)
            context.add_cookies([{"name": "standardiste", "value": console.sign_in().cookie(), "url": url}])
            pages.append(context.new_page())
        pages[0].goto("/inbox")
        yield pages[0], pages[1]


def balance(page: Page) -> tuple[int, int, int]:
    """What the page says: how many came in, are done, and are open."""
    received, done, still_open = re.findall(r"\d+", page.locator("#balance").inner_text().partition(":")[2])
    return int(received), int(done), int(still_open)


# --- from the console to the own telephone of the person who clicks ---------------------------------------------------


def test_who_calls_back_at_the_console_is_rung_first_alone_and_then_talks_with_the_visitor(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980942"
    with (
        at_work(reception, *team, says=tone(DESK_HZ, 60)) as (own, other),
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        said, asked = call_back_from_card(reception, line, team[0])
        assert "Votre téléphone sonne" in said
        own.wait_for(PhoneEventKind.INCOMING)
        assert rings(phone) == 0
        accepts(reception, own, says="callback-accept")
        phone.wait_for(PhoneEventKind.INCOMING)
        phone.answer()
        LiveListener(phone, reception.prompt_recognizer()).wait_for(f"tone:{DESK_HZ}", 10)
        LiveListener(own, reception.prompt_recognizer()).wait_for(f"tone:{VISITOR_HZ}", 10)
        phone.hangup()
        told = becomes(reception, asked, "answered")

    assert states(told) == ["queued", "in_line", "visitor_ringing", "talking", "answered"]
    assert [rings(each) for each in (own, other, phone)] == [1, 0, 1]


def test_who_declines_the_own_callback_leaves_it_to_the_team(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980943"
    with (
        at_work(reception, *team, says=tone(DESK_HZ, 60)) as (own, other),
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        _, asked = call_back_from_card(reception, line, team[0])
        own.wait_for(PhoneEventKind.INCOMING)
        own.reject()
        accepts(reception, other, says="callback-accept")
        phone.wait_for(PhoneEventKind.INCOMING)
        phone.answer()
        LiveListener(phone, reception.prompt_recognizer()).wait_for(f"tone:{DESK_HZ}", 10)
        phone.hangup()
        told = becomes(reception, asked, "answered")

    assert [attempt.result for attempt in told.attempts] == ["agent_gone", "answered"]
    assert [rings(each) for each in (own, other, phone)] == [1, 1, 1]


def test_the_own_telephone_stops_ringing_when_the_callback_is_cancelled(
    reception: Reception, carrier: Carrier, team: tuple[Agent, Agent], tone: Tones
) -> None:
    line = "+33639980945"
    with (
        at_work(reception, *team, says=tone(DESK_HZ, 60)) as (own, other),
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        _, asked = call_back_from_card(reception, line, team[0])
        own.wait_for(PhoneEventKind.INCOMING)
        staff_actions.cancel_callback_by_staff(reception.database, asked.ref, "test", datetime.now(UTC))
        own.wait_for(PhoneEventKind.CLOSED, 5)
        told = story(reception, asked)

    assert states(told) == ["queued", "in_line", "cancelled"]
    assert [rings(each) for each in (own, other, phone)] == [1, 0, 0]


@pytest.mark.long
def test_an_agent_at_an_outside_number_is_rung_there_first(reception: Reception, carrier: Carrier, tone: Tones) -> None:
    line = "+33639980944"
    away = agents.add_agent(reception.database, "E", language="fr", at=datetime.now(UTC), outside_number=MOBILE)
    with (
        visitor(carrier, MOBILE, tone(DESK_HZ, 60)) as mobile,
        visitor(carrier, line, tone(VISITOR_HZ, 60)) as phone,
    ):
        only(reception)
        _, asked = call_back_from_card(reception, line, away)
        accepts(reception, mobile, says="callback-accept")
        phone.wait_for(PhoneEventKind.INCOMING)
        phone.answer()
        LiveListener(phone, reception.prompt_recognizer()).wait_for(f"tone:{DESK_HZ}", 10)
        LiveListener(mobile, reception.prompt_recognizer()).wait_for(f"tone:{VISITOR_HZ}", 10)
        phone.hangup()
        becomes(reception, asked, "answered")
    assert [rings(each) for each in (mobile, phone)] == [1, 1]


def call_back_from_card(reception: Reception, line: str, agent: Agent) -> tuple[str, CallbackRow]:
    """What the console says to this agent who calls back the person of a card, and the callback."""
    console = ConsoleApp.of(create_app_context(reception.installation))
    staff = console.sign_in()
    at = datetime.now(UTC)
    with reception.database.write() as connection:
        connection.execute(update(User).where(User.id == staff.user.id).values(agent_id=agent.id))
    card = create_card(reception.database, staff.user.actor, CardFields(f"Visiteur {line[-2:]}"), [line], at=at)
    said = staff.post(f"/contacts/{card.id}/call-back", {"line": line}, follow_redirects=True).text
    with reception.database.write() as connection:  # the next test has its own user of this agent
        connection.execute(update(User).where(User.id == staff.user.id).values(agent_id=None))
    newest = max(staff_actions.list_open_callbacks(reception.database), key=lambda each: each.created_at)
    return unescape(said), newest
