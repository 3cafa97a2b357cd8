"""The process that serves staff: the pages of the console."""

import logging
import signal
import sys
from dataclasses import replace
from functools import cache, partial
from wsgiref.types import WSGIApplication

from console.app import MAX_BODY_BYTES, create_app
from console.check_services import CheckServices
from console.context import AppContext
from console.services import AudioServices, PhoneServices, PlanServices
from prompts.messages.drafts import SoundStorage
from records.actor import Actor
from records.plan.plan_versions import PlanVersion
from records.plan.reader import PlanReader
from standardiste import plan_publication
from standardiste.asterisk_reload import reload_asterisk
from standardiste.installation import Installation
from standardiste.parts import web_server
from standardiste.parts.console_checks import ConsoleChecks
from standardiste.parts.heartbeat import Heartbeat
from standardiste.personal_data.exporting import open_export
from standardiste.settings import Settings
from standardiste.switchboard.desk_phones import phone_server
from standardiste.trunk_administration import TrunkAdministration

MAX_CONNECTIONS = 500


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT, when the requests in progress are answered.

    Raises PortUnavailable, RecordsError.
    """
    settings = installation.settings
    app, checks = create_application(installation)
    server = create_console_server(app, settings)
    checks.start()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())  # SystemExit ends waitress' `run`
    web_server.run_web_server(server, Heartbeat(settings.heartbeats, "console"), settings.health_socket("console"))
    installation.database.close()


@cache  # made before the fork, it is shared
def create_application(installation: Installation) -> tuple[WSGIApplication, ConsoleChecks]:
    """What answers staff, and the checks that it shows, once they are started. Raises RecordsError."""
    checks = ConsoleChecks(installation.settings.doctor_file)
    check_services = CheckServices(checks.get_report, checks.request_run)
    return create_app(replace(create_app_context(installation), check_services=check_services)), checks


def create_app_context(installation: Installation) -> AppContext:
    """What every page works on. Raises RecordsError if nothing is prepared."""
    settings, plan = installation.settings, PlanReader(installation.database, installation.plan)
    storage, voice = SoundStorage(settings.drafts, settings.messages), installation.get_voice(plan)
    return AppContext(
        installation.database,
        settings.console_root_url,
        settings.console_secret_file.read_bytes(),
        timezone=lambda: plan().timezone,
        audio_services=AudioServices(plan, storage, settings.sounds, voice),
        plan_services=PlanServices(
            settings.sounds,
            settings.previews,
            voice,
            partial(_publish_plan, installation),
            installation.voice_settings,
        ),
        phone_services=PhoneServices(
            phone_server(settings),
            settings.sip_port,
            partial(reload_asterisk, installation),
            settings.browser_phone,
        ),
        trunk_services=TrunkAdministration(installation),
        public_url=settings.public_root_url,
        centre_url=settings.centre_root_url,
        voicemail=settings.voicemail,
        satisfaction=settings.satisfaction,
        imports=settings.imports,
        export_person=partial(open_export, installation),
        live_port=_find_live_port(settings),
        sends_mail=settings.sends_mail,
    )


def _find_live_port(settings: Settings) -> int | None:
    """A proxy, which `console_url` names, leads to both servers; without one pages find the other port."""
    if "live" not in settings.parts:
        return None
    return 0 if settings.console_url else settings.live_port


def _publish_plan(installation: Installation, actor: Actor, text: str, replaces: int) -> PlanVersion:
    return plan_publication.publish_plan(installation, text, actor=actor, expected_version=replaces)


def create_console_server(app: WSGIApplication, settings: Settings) -> web_server.WebServer:
    """The server at its port; its `run()` serves. Raises PortUnavailable."""
    proxies = {
        "trusted_proxy": "*",  # any peer: `console_address` decides who reaches the port
        "trusted_proxy_count": settings.trusted_proxies,
        "trusted_proxy_headers": {"x-forwarded-for"},
    }
    return web_server.create_web_server(
        app,
        settings.console_address,
        settings.console_port,
        "console_port",
        threads=settings.console_threads,
        max_connections=MAX_CONNECTIONS,
        max_body_bytes=MAX_BODY_BYTES,
        proxies=settings.trusted_proxies,
        clear_untrusted_proxy_headers=True,
        **(proxies if settings.trusted_proxies else {}),
    )
