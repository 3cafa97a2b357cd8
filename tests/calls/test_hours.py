"""Open, closed, and closed on a surcharged number: what callers hear, and what they pay for."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from manual_parts import FAKETIME_LIBRARIES, run_parts_with_fake_clock, wait_for_agi
from plan_variants import number_entry, plan_with, temporary_plan
from reception import Reception, event_kinds, prompts_heard, wait_for

from caller.phone import CallerId
from caller.phone_events import PhoneEventKind
from caller.prompt_recognizer import HeardPrompt
from caller.scripted_call import CallReport, Hangup, Press, WaitUntil
from records import overrides
from records.actor import command_line_actor
from records.call_events import CallEventKind
from records.overrides import NewOverride, OverrideName

ORDINARY, COSTS, COSTS_AND_SAYS = "0199000000", "0199000002", "0199000003"
GREETING, GREETING_OF_COSTS, PRICE = "greeting-33199000000", "greeting-33899000002", "price-33899000003"
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()
OPEN = "    week: {mon-sun: 00:00-24:00}"
SAID = '{open: closed, fr: "Nous déménageons.", en: "We are moving."}'


@pytest.fixture
def publish(reception: Reception, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    with temporary_plan(reception, tmp_path) as publish:
        yield publish


def plan(hours: str) -> str:
    """One ordinary and two surcharged numbers, one of them with our price notice; all open at `hours`."""
    price = 'price_text: {fr: "Cet appel coûte trente centimes la minute.", en: "This call costs 30 cents a minute."}'
    numbers = (
        number_entry("+33199000000", "+33199000000", "office"),
        number_entry("+33899000002", "+33199000002", "office", "surcharged: true"),
        number_entry("+33899000003", "+33199000003", "office", "surcharged: true", "price_notice: application", price),
    )
    return plan_with(numbers="\n".join(numbers), hours=f"  office:\n{hours}")


def exception(words: str) -> str:
    return f"{OPEN}\n    exceptions:\n      {TODAY}: {words}\n      {TODAY + timedelta(days=1)}: {words}"


def began(story: CallReport, key: str) -> float:
    return next(sound.start_s for sound in story.sounds if isinstance(sound, HeardPrompt) and sound.key == key)


def ended(story: CallReport, key: str) -> float:
    return next(sound.end_s for sound in story.sounds if isinstance(sound, HeardPrompt) and sound.key == key)


def has(story: CallReport, kind: PhoneEventKind) -> bool:
    return any(event.kind is kind for event in story.events)


def test_an_exception_with_its_own_text_is_announced_with_the_next_opening(
    reception: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(exception(SAID)))

    story = reception.call(Hangup(after="menu-main-1-closed"), number=ORDINARY, caller=CallerId("+33639980901"))

    heard = prompts_heard(story)
    assert heard[0] == GREETING, str(story)
    assert heard[1] == f"exception-office-{TODAY:%Y%m%d}"
    assert heard[2].startswith("reopens-")


@pytest.mark.long
@pytest.mark.skipif(not FAKETIME_LIBRARIES, reason="libfaketime is not installed")
def test_on_a_public_holiday_we_are_closed(
    reception: Reception, publish: Callable[[str], None], tmp_path: Path
) -> None:
    publish(plan(f"{OPEN}\n    holidays: metropolitan"))
    ahead = datetime(TODAY.year + 1, 7, 14, 10, tzinfo=UTC) - datetime.now(UTC)

    with run_parts_with_fake_clock(reception, tmp_path / "clock", "calls", by_s=int(ahead.total_seconds())):
        wait_for_agi(reception)
        story = reception.call(Hangup(after="menu-main-1-closed"), number=ORDINARY, caller=CallerId("+33639980902"))

    assert prompts_heard(story)[:2] == [GREETING, "closed"]


def test_closing_by_hand_announces_no_opening_and_offers_a_callback(
    reception: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(OPEN))
    reception.run("hours", "close")
    try:
        story = reception.call(
            Press(keys="1", during="menu-main-1-closed"),
            Press(keys="1", during="offer-this-number"),
            WaitUntil(during="callback-accepted"),
            number=ORDINARY,
            caller=CallerId("+33639980903"),
        )
    finally:
        reception.run("hours", "open")

    assert story.missed_steps == (), str(story)
    assert prompts_heard(story)[:3] == [GREETING, "closed", "menu-main-1-closed"]
    assert "staff-connecting" not in story.heard_prompts
    record = reception.wait_for_call_detail("+33639980903")
    [away] = [event.detail for event in record.events if event.kind is CallEventKind.STAFF_AWAY]
    assert away == {"because": "closed_by_hand"}
    assert [(row.kind, row.waiting_since) for row in record.requests if row.is_open] == [("callback", None)]


def test_one_number_is_closed_with_words_until_an_end_and_then_follows_its_hours_again(
    reception: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(OPEN))
    words = "La tempête nous oblige à fermer."
    reception.run("hours", "close", "--number", "01 99 00 00 00", "--until", "2h", "--words", words)
    (override,) = [each for each in overrides.list_overrides(reception.database) if each.name == "closed"]
    closed = reception.call(Hangup(after="menu-main-1-closed"), number=ORDINARY, caller=CallerId("+33639980911"))
    other = reception.call(Hangup(after="menu-main-1"), number=COSTS, caller=CallerId("+33639980912"))

    heard = prompts_heard(closed)
    assert heard[:2] == [GREETING, override.words] and heard[2].startswith("reopens-"), str(closed)
    assert "menu-main-1" not in heard  # the team is not announced
    assert prompts_heard(other)[:2] == [GREETING_OF_COSTS, "menu-main-1"]

    ends_at = datetime.now(UTC) + timedelta(seconds=1)
    soon = NewOverride(OverrideName.CLOSED, "+33199000000", ends_at)
    overrides.begin_override(reception.database, command_line_actor("test"), soon, at=datetime.now(UTC))
    wait_for(lambda: datetime.now(UTC) >= ends_at, "the end of the closure")
    again = reception.call(Hangup(after="menu-main-1"), number=ORDINARY, caller=CallerId("+33639980913"))
    assert prompts_heard(again)[:2] == [GREETING, "menu-main-1"]


def test_closing_is_announced_before_the_answer_on_a_surcharged_number(
    reception: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(exception(SAID)))

    story = reception.call(number=COSTS, caller=CallerId("+33639980904"))

    assert story.answered_s is None
    assert has(story, PhoneEventKind.EARLY_MEDIA)
    assert prompts_heard(story)[0] == f"exception-office-{TODAY:%Y%m%d}"
    assert story.hangup_event and story.hangup_event.detail.startswith("486")
    record = reception.wait_for_call_detail("+33639980904")
    assert record.call.disposition == "refused"
    assert record.requests == ()


def test_our_price_notice_is_heard_before_the_answer(reception: Reception, publish: Callable[[str], None]) -> None:
    publish(plan(OPEN))

    story = reception.call(Hangup(after="menu-main-1"), number=COSTS_AND_SAYS, caller=CallerId("+33639980905"))

    assert prompts_heard(story)[:2] == [PRICE, "greeting-33899000003"]
    assert story.answered_s is not None
    assert ended(story, PRICE) < story.answered_s + 0.1 < began(story, "greeting-33899000003") + 0.2


@pytest.mark.long
def test_no_price_notice_is_played_if_the_operator_plays_it(
    reception: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(OPEN))

    story = reception.call(Hangup(after="menu-main-1"), number=COSTS, caller=CallerId("+33639980906"))

    assert prompts_heard(story)[0] == GREETING_OF_COSTS
    assert not has(story, PhoneEventKind.EARLY_MEDIA)


@pytest.mark.long
def test_the_surcharged_waiting_time_is_recorded(reception: Reception, publish: Callable[[str], None]) -> None:
    publish(plan(OPEN))

    story = reception.call(
        Press(keys="0", during=GREETING_OF_COSTS),
        Hangup(during="offer-this-number"),
        number=COSTS,
        caller=CallerId("+33639980907"),
    )

    record = reception.wait_for_call_detail("+33639980907")
    [paid] = [event.detail["seconds"] for event in record.events if event.kind == CallEventKind.PAID_WAIT]
    assert story.hangup_event and story.answered_s is not None
    assert paid == pytest.approx(story.hangup_event.at_s - story.answered_s, abs=1)


@pytest.mark.long
def test_no_surcharged_time_is_recorded_for_a_free_call(reception: Reception, publish: Callable[[str], None]) -> None:
    publish(plan(OPEN))

    reception.call(
        Press(keys="0", during=GREETING),
        Hangup(during="offer-this-number"),
        number=ORDINARY,
        caller=CallerId("+33639980908"),
    )

    assert "paid_wait" not in event_kinds(reception.wait_for_call_detail("+33639980908"))


@pytest.mark.long
def test_the_price_notice_is_played_without_python(reception: Reception, publish: Callable[[str], None]) -> None:
    publish(plan(OPEN))
    reception.supervisorctl("stop", "calls")
    try:
        story = reception.call(Hangup(during="apology"), number=COSTS_AND_SAYS, caller=CallerId("+33639980909"))
    finally:
        reception.supervisorctl("start", "calls")

    assert prompts_heard(story) == [PRICE, "apology"]
    assert story.answered_s is not None and began(story, PRICE) < story.answered_s
