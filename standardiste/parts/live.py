"""The process that tells open pages of the console what has changed."""

import asyncio
import signal
from datetime import UTC, datetime
from functools import partial

from live.app import create_app
from live.authorization import ConsoleAccess
from live.change_watch import ChangeWatch
from live.open_pages import OpenPages
from live.phone_relay import PhoneRelay
from records.database.engine import open_database
from records.database.wake import wake
from records.staff.browser_phones import await_pages
from standardiste.installation import Installation
from standardiste.parts.asgi_server import run_asgi_server
from standardiste.parts.heartbeat import HEARTBEAT_INTERVAL_S, Heartbeat
from standardiste.settings import RELAY_ADDRESS


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT. Raises PortUnavailable, RecordsError."""
    try:
        asyncio.run(_serve(installation))
    finally:
        installation.close()


async def _serve(installation: Installation) -> None:
    settings = installation.settings
    pages = OpenPages(when_added=partial(wake, settings.live_wake_socket))
    clock = partial(datetime.now, UTC)
    key = settings.console_secret_file.read_bytes()
    access = ConsoleAccess(installation.database, settings.console_url, settings.console_port, key, clock)
    watched = open_database(settings.sqlalchemy_url, connections=1)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    watch = ChangeWatch(installation.database, watched, settings.live_wake_socket, pages, clock)
    tasks = [
        asyncio.create_task(watch.run()),
        asyncio.create_task(_beat_forever(Heartbeat(settings.heartbeats, "live"))),
    ]
    phones = None
    if settings.browser_phone:
        await_pages(installation.database, at=clock())
        phones = PhoneRelay(access, settings.asterisk_http_port, RELAY_ADDRESS, settings.trusted_proxies, clock)
    app = create_app(access, pages, phones)
    serving = asyncio.create_task(
        run_asgi_server(
            app, (settings.console_address, settings.live_port), "live_port", settings.health_socket("live"), stop
        )
    )
    stopping = asyncio.create_task(stop.wait())
    try:
        ended, _ = await asyncio.wait([*tasks, serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in ended - {stopping}:
            task.result()  # raises what ended it
        stop.set()
        pages.close_all()
        await serving
    finally:
        for task in (*tasks, serving, stopping):
            task.cancel()
        watched.close()


async def _beat_forever(heartbeat: Heartbeat) -> None:
    while True:
        heartbeat.beat()
        await asyncio.sleep(HEARTBEAT_INTERVAL_S)
