"""The process that follows Asterisk: it reads the channel event log and collects voicemail."""

import signal
import threading

from ami.channel_events import Log
from ami.follower import Follower
from records import plans
from records.base import open_base
from routing import plan_text
from standardiste import logs
from standardiste.settings import Settings

EVERY_S = 0.5


def serve(settings: Settings) -> None:
    """Returns after SIGTERM or SIGINT."""
    logs.start("switch")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    base = open_base(settings.base_url)
    follower = Follower(
        base,
        Log(settings.spool / "channel-events.csv", plan_text.parse(plans.current(base).text).country),
        recorded=settings.spool / "voicemail",
        kept=settings.voicemail,
    )
    while not stopped.wait(EVERY_S):
        follower.follow()
    base.close()
