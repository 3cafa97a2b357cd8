"""The figures of a centre."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from centre_people import end, ring, tell
from rich_plan import RICH_PLAN

from records.call_events import CallEventKind, Disposition
from records.centres import figures, outcomes
from records.database.engine import Database
from records.plan import plan_versions
from routing.centres.figures import Figures

PARIS = ZoneInfo("Europe/Paris")
MINUTE = timedelta(minutes=1)


def test_every_call_is_counted_once(database: Database, noon: datetime) -> None:
    plan_versions.save_plan(database, RICH_PLAN, author="test", at=noon)
    first, second = (ring(database, number, noon, caller=f"+3363998000{number}") for number in (1, 2))
    tell(database, 1, noon + timedelta(seconds=4), CallEventKind.CENTRE_ANSWERED)
    tell(database, 2, noon + MINUTE, CallEventKind.CENTRE_ANSWERED)
    for number in (1, 2):
        end(database, number, noon + 2 * MINUTE)
    ring(database, 3, noon, caller="+33639980003")
    end(database, 3, noon + MINUTE, Disposition.ABANDONED)
    ring(database, 4, noon, caller="+33639980004")
    tell(database, 4, noon + MINUTE, CallEventKind.CENTRE_FAILED, reason="busy")
    ring(database, 5, noon, caller="+33639980005")
    ring(database, 6, noon, caller="+33639980006", centre="south")
    given = outcomes.find_given_call(database, "north", first)
    assert given and second
    outcomes.report_outcome(database, given.handoff_id, "answered", None, by="Z", at=noon + 2 * MINUTE)

    day = noon.astimezone(PARIS).date()
    found = figures.read_figures(database, "north", day, day + timedelta(days=1), PARIS)

    in_time = found.in_time
    assert found == Figures(sent=5, answered=2, abandoned=1, not_taken=1, in_time=in_time, missing=1, talk_s=176)
    assert (found.under_way, found.mean_talk_s) == (1, 88)
    assert figures.read_figures(database, "north", date(2020, 1, 1), date(2020, 2, 1), PARIS) == Figures()
