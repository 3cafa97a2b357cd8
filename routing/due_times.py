"""When a request is due: only the time in which we are open counts."""

from datetime import UTC, datetime, timedelta

from routing.hours.calendar import SEARCH_DAYS, Calendar


def due_time(calendar: Calendar, since: datetime, hours: int) -> datetime:
    """The instant (UTC) at which `hours` of opening have passed since `since`.

    Where the calendar does not open long enough within the next 400 days, every hour counts.
    """
    begin, left = since.astimezone(UTC), timedelta(hours=hours)
    today = calendar.local_date(begin)
    for ahead in range(-1, SEARCH_DAYS + 1):  # a span of yesterday may end after midnight elsewhere
        for opens, closes in calendar.open_intervals(today + timedelta(days=ahead)):
            counted = closes - max(opens, begin)
            if counted <= timedelta():
                continue
            if counted >= left:
                return max(opens, begin) + left
            left -= counted
    return begin + timedelta(hours=hours)
