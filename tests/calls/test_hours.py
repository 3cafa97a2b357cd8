"""Open, closed, and closed on a number that costs: what the caller hears, and what he pays for."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from by_hand import LIBRARIES, our_code_answers, with_a_clock
from plans import in_force, number, with_parts
from reception import Reception, keys_heard, kinds

from caller.ear import Heard
from caller.phone import CallerId, Kind
from caller.story import CallStory, Hangup, Listen, Press
from records.events import CallEventKind

ORDINARY, COSTS, COSTS_AND_SAYS = "0199000000", "0199000002", "0199000003"
GREETING, GREETING_OF_COSTS, PRICE = "greeting-33199000000", "greeting-33899000002", "price-33899000003"
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()
OPEN = "    week: {mon-sun: 00:00-24:00}"
SAID = '{open: closed, fr: "Nous déménageons.", en: "We are moving."}'


@pytest.fixture
def publish(outward: Reception, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    with in_force(outward, tmp_path) as publish:
        yield publish


def plan(hours: str) -> str:
    """One ordinary number and two that cost, one of them with a price notice of ours; all open at `hours`."""
    price = 'price_text: {fr: "Cet appel coûte trente centimes la minute.", en: "This call costs 30 cents a minute."}'
    numbers = (
        number("+33199000000", "+33199000000", "office"),
        number("+33899000002", "+33199000002", "office", "surcharged: true"),
        number("+33899000003", "+33199000003", "office", "surcharged: true", "price_notice: application", price),
    )
    return with_parts(numbers="\n".join(numbers), hours=f"  office:\n{hours}")


def exception(words: str) -> str:
    return f"{OPEN}\n    exceptions:\n      {TODAY}: {words}\n      {TODAY + timedelta(days=1)}: {words}"


def began(story: CallStory, key: str) -> float:
    return next(sound.start_s for sound in story.sounds if isinstance(sound, Heard) and sound.key == key)


def ended(story: CallStory, key: str) -> float:
    return next(sound.end_s for sound in story.sounds if isinstance(sound, Heard) and sound.key == key)


def has(story: CallStory, kind: Kind) -> bool:
    return any(event.kind is kind for event in story.events)


def test_a_day_with_words_of_its_own_says_them_and_when_we_open_again(
    outward: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(exception(SAID)))

    story = outward.call(Hangup(after="menu-main-1"), number=ORDINARY, caller=CallerId("+33639980901"))

    heard = keys_heard(story)
    assert heard[0] == GREETING
    assert heard[1] == f"exception-office-{TODAY:%Y%m%d}"
    assert heard[2].startswith("reopens-")


@pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed")
def test_on_a_public_holiday_we_are_closed(outward: Reception, publish: Callable[[str], None], tmp_path: Path) -> None:
    publish(plan(f"{OPEN}\n    holidays: metropolitan"))
    ahead = datetime(TODAY.year + 1, 7, 14, 10, tzinfo=UTC) - datetime.now(UTC)

    with with_a_clock(outward, tmp_path / "clock", "calls", by_s=int(ahead.total_seconds())):
        our_code_answers(outward)
        story = outward.call(Hangup(after="menu-main-1"), number=ORDINARY, caller=CallerId("+33639980902"))

    assert keys_heard(story)[:2] == [GREETING, "closed"]


def test_closed_by_hand_promises_no_time_and_offers_a_callback_to_who_asks_for_a_person(
    outward: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(OPEN))
    outward.run("hours", "close")
    try:
        story = outward.call(
            Press(keys="0", during="menu-main-1"),
            Press(keys="1", during="offer-this-number"),
            Listen(during="callback-accepted"),
            number=ORDINARY,
            caller=CallerId("+33639980903"),
        )
    finally:
        outward.run("hours", "open")

    assert story.missed == (), str(story)
    assert keys_heard(story)[:3] == [GREETING, "closed", "menu-main-1"]
    assert "staff-connecting" not in story.heard
    record = outward.record("+33639980903")
    assert [(row.kind, row.place_since) for row in record.requests if row.is_open] == [("callback", None)]


def test_closed_on_a_number_that_costs_is_said_before_the_answer_and_is_free(
    outward: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(exception(SAID)))

    story = outward.call(number=COSTS, caller=CallerId("+33639980904"))

    assert story.answered_s is None
    assert has(story, Kind.EARLY_MEDIA)
    assert keys_heard(story)[0] == f"exception-office-{TODAY:%Y%m%d}"
    assert story.closed and story.closed.detail.startswith("486")
    record = outward.record("+33639980904")
    assert record.call.ending == "refused"
    assert record.requests == ()


def test_our_price_notice_is_heard_before_the_answer(outward: Reception, publish: Callable[[str], None]) -> None:
    publish(plan(OPEN))

    story = outward.call(Hangup(after="menu-main-1"), number=COSTS_AND_SAYS, caller=CallerId("+33639980905"))

    assert keys_heard(story)[:2] == [PRICE, "greeting-33899000003"]
    assert story.answered_s is not None
    assert ended(story, PRICE) < story.answered_s + 0.1 < began(story, "greeting-33899000003") + 0.2


def test_where_the_operator_gives_the_price_notice_we_give_none(
    outward: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(OPEN))

    story = outward.call(Hangup(after="menu-main-1"), number=COSTS, caller=CallerId("+33639980906"))

    assert keys_heard(story)[0] == GREETING_OF_COSTS
    assert not has(story, Kind.EARLY_MEDIA)


def test_the_seconds_a_caller_paid_to_wait_are_on_record(outward: Reception, publish: Callable[[str], None]) -> None:
    publish(plan(OPEN))

    story = outward.call(
        Press(keys="0", during=GREETING_OF_COSTS),
        Hangup(during="offer-this-number"),
        number=COSTS,
        caller=CallerId("+33639980907"),
    )

    record = outward.record("+33639980907")
    [paid] = [event.detail["seconds"] for event in record.events if event.kind == CallEventKind.PAID_WAIT]
    assert story.closed and story.answered_s is not None
    assert paid == pytest.approx(story.closed.at_s - story.answered_s, abs=1)


def test_a_call_that_costs_nothing_has_nothing_to_record(outward: Reception, publish: Callable[[str], None]) -> None:
    publish(plan(OPEN))

    outward.call(
        Press(keys="0", during=GREETING),
        Hangup(during="offer-this-number"),
        number=ORDINARY,
        caller=CallerId("+33639980908"),
    )

    assert "paid_wait" not in kinds(outward.record("+33639980908"))


def test_with_python_dead_our_price_notice_is_heard_all_the_same(
    outward: Reception, publish: Callable[[str], None]
) -> None:
    publish(plan(OPEN))
    outward.supervisor("stop", "calls")
    try:
        story = outward.call(Hangup(during="apology"), number=COSTS_AND_SAYS, caller=CallerId("+33639980909"))
    finally:
        outward.supervisor("start", "calls")

    assert keys_heard(story) == [PRICE, "apology"]
    assert story.answered_s is not None and began(story, PRICE) < story.answered_s
