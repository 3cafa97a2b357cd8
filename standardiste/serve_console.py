"""The process that serves staff: the pages of the console."""

import logging
import signal
import sys
from functools import partial

from waitress.server import BaseWSGIServer

from console.app import LONGEST_BODY, create_app
from console.desk import Desk
from console.door import Door
from console.plan_desk import PlanDesk
from prompts.drafts import Shelf
from records.current_plan import CurrentPlan
from records.plans import PlanVersion
from records.viewer import Viewer
from standardiste import publication, web_server
from standardiste.heartbeat import Heart
from standardiste.installation import Installation
from standardiste.settings import Settings

MOST_CONNECTIONS = 500


def serve(house: Installation) -> None:
    """Returns after SIGTERM or SIGINT, when the requests under way are answered. Raises CannotListen, RecordsError."""
    settings = house.settings
    server = listening(door(house), settings)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())  # which `run` takes as the wish to end
    web_server.beat_while_it_answers(Heart(settings.heartbeats, "console"), settings.console_here)
    server.run()
    house.base.close()


def door(house: Installation) -> Door:
    """What every page works on. Raises RecordsError when nothing is prepared."""
    settings, plan = house.settings, CurrentPlan(house.base, house.plan)
    shelf = Shelf(settings.drafts, settings.messages)
    return Door(
        house.base,
        settings.console_links,
        settings.console_secret.read_bytes(),
        timezone=lambda: plan().timezone,
        desk=Desk(plan, shelf, settings.sounds, house.voice),
        plan_desk=PlanDesk(settings.sounds, settings.previews, house.voice, partial(_publish, house)),
    )


def _publish(house: Installation, viewer: Viewer, text: str, replaces: int) -> PlanVersion:
    return publication.publish(house, text, viewer=viewer, replaces=replaces)


def listening(door: Door, settings: Settings) -> BaseWSGIServer:
    """The server at its port, which `run()` serves. Raises CannotListen."""
    proxies = {
        "trusted_proxy": "*",  # whoever reaches the port; who does is the business of `console_address`
        "trusted_proxy_count": settings.trusted_proxies,
        "trusted_proxy_headers": {"x-forwarded-for"},
    }
    return web_server.listening(
        create_app(door),
        settings.console_address,
        settings.console_port,
        "console_port",
        threads=settings.console_threads,
        connections=MOST_CONNECTIONS,
        longest=LONGEST_BODY,
        clear_untrusted_proxy_headers=True,
        **(proxies if settings.trusted_proxies else {}),
    )
