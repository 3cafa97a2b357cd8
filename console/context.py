"""What every page works on: the database, the clock, the current request's user."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask import abort, current_app, g, url_for

from console.check_services import CheckServices
from console.services import AudioServices, PhoneServices, PlanServices, TrunkServices
from records.actor import Actor
from records.database.engine import Database
from records.users.sessions import ConsoleSession
from routing.plan.model import Plan


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AppContext:
    """The services of the application.

    `url` begins every link that we give out, without a slash at its end; `secret_key` signs the session cookie.
    """

    database: Database
    url: str
    secret_key: bytes = field(repr=False)
    timezone: Callable[[], ZoneInfo]
    clock: Callable[[], datetime] = _utc_now
    audio_services: AudioServices | None = None
    plan_services: PlanServices | None = None
    check_services: CheckServices | None = None
    phone_services: PhoneServices | None = None
    trunk_services: TrunkServices | None = None
    public_url: str = ""
    """The beginning of the addresses of the public pages, without a slash at its end."""
    centre_url: str = ""
    """The beginning of the addresses of the pages of overflow centres, likewise."""
    voicemail: Path | None = None
    """The folder of voicemails."""
    satisfaction: Path | None = None
    """The folder of what people said about their satisfaction."""
    imports: Path | None = None
    """The folder of files of contacts that are imported."""
    export_person: Callable[[Actor, int, str, datetime], IO[bytes]] | None = None
    """The archive of everything about the card of this id; the language is that of its index. Raises OSError."""
    live_port: int | None = None
    """Where pages are told what changes (`live`): 0 at the console's own address, else this port of its host; None
    where nobody tells them."""
    sends_mail: bool = False
    """Whether there is a mail server, so that links are sent rather than handed over."""

    def external_url(self, endpoint: str, **values: Any) -> str:
        """The absolute address of a page, for a link that leaves the console."""
        return self.url + url_for(endpoint, **values)

    @property
    def is_secure(self) -> bool:
        """True when users come over TLS; the cookie is then sent over TLS only."""
        return self.url.startswith("https:")


def get_context() -> AppContext:
    """The context of the application that serves this request."""
    context: AppContext = current_app.extensions["app_context"]
    return context


def find_plan() -> Plan | None:
    """The plan that serves calls: that in force, the last good one after a failure; None before there is one.

    Pages that change the plan read it with its version (console/plan/current_plan.py).
    """
    services = get_context().audio_services
    return services.plan() if services else None


def plan_country() -> str:
    """The country of numbers that are written without a country code."""
    plan = find_plan()
    return plan.country if plan else "FR"


def get_audio_services() -> AudioServices:
    """The audio services of this application; 404 where there are none."""
    services = get_context().audio_services
    if services is None:
        abort(404)
    return services


def get_plan_services() -> PlanServices:
    """The plan services of this application; 404 where there are none."""
    services = get_context().plan_services
    if services is None:
        abort(404)
    return services


def get_phone_services() -> PhoneServices:
    """The services for telephones of this application; 404 where there are none."""
    services = get_context().phone_services
    if services is None:
        abort(404)
    return services


def get_trunk_services() -> TrunkServices:
    """The services for trunks of this application; 404 where there are none."""
    services = get_context().trunk_services
    if services is None:
        abort(404)
    return services


def current_session() -> ConsoleSession:
    """The session of the request, with or without second factor; only for views that require one (console/guard.py)."""
    session: ConsoleSession = g.console_session
    return session


def current_actor() -> Actor:
    """The user of the request as an actor; only for views that require a session."""
    return current_session().user.actor
