"""Moments as they stand in lists: "dimanche 22 novembre 2026, 14 h 05"."""

from datetime import datetime, tzinfo

from routing.spoken_times import english_date, english_time, french_date


def moment_text(at: datetime, *, tz: tzinfo, language: str) -> str:
    """Day, year and time on the clocks of `tz`; the time is not broken over two lines."""
    local = at.astimezone(tz)
    if language == "fr":
        day, time = french_date(local.date()).removeprefix("le "), f"{local.hour} h {local:%M}"
    else:
        day, time = english_date(local.date()).removeprefix("on "), english_time(local.hour * 60 + local.minute)
    return f"{day} {local.year}, {time.replace(' ', chr(0xA0))}"
