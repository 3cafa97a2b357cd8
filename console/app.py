"""The staff console as a web application."""

from collections.abc import Mapping
from functools import partial

from flask import Flask, g, render_template
from werkzeug.routing import IntegerConverter

from console import display, strip
from console.account import forgotten, login, phone, welcome
from console.account import pages as account_pages
from console.account.role_notice import announce_new_role
from console.agents import pages as agents_pages
from console.board import pages as board_pages
from console.board import wall
from console.browser_phone import pages as browser_phone_pages
from console.calls import pages as calls_pages
from console.calls import writing_up
from console.centres import closing_pages as centre_closing_pages
from console.centres import figure_pages as centre_figure_pages
from console.centres import outcome_pages as centre_outcome_pages
from console.centres import pages as centres_pages
from console.centres import people_pages as centre_people_pages
from console.changes import pages as changes_pages
from console.contacts import changes as contacts_changes
from console.contacts import duplicates as duplicates_pages
from console.contacts import erasing as contacts_erasing
from console.contacts import everything as contacts_everything
from console.contacts import export as contacts_export
from console.contacts import imports as contact_imports
from console.contacts import pages as contacts_pages
from console.context import AppContext, get_context
from console.drafts import pages as draft_pages
from console.first_steps import pages as first_steps_pages
from console.forms import TextTooLong
from console.guard import MAX_FORM_BYTES, enforce_access, public
from console.inbox import pages as inbox_pages
from console.inbox import request_pages as inbox_request_pages
from console.inbox import view_pages as inbox_view_pages
from console.known_browser import remember_browser
from console.live_events import events_origin, events_url
from console.message import blackouts
from console.message import calendar as message_calendar
from console.message import pages as message_pages
from console.people import import_pages
from console.people import pages as people_pages
from console.phones import pages as phones_pages
from console.plan import calendar_page, editor
from console.plan import pages as plan_pages
from console.plan.settings import key_pages, site_pages
from console.plan.settings import pages as plan_settings_pages
from console.prompts import pages as prompts_pages
from console.satisfaction import pages as satisfaction_pages
from console.sections import sections_for
from console.settings import pages as settings_pages
from console.settings import retention as retention_pages
from console.strip import strip_context
from console.today import pages as today_pages
from console.transfers import pages as transfers_pages
from console.trunks import pages as trunks_pages
from console.voices import pages as voices_pages
from records.users import users
from records.users.session_cookie import cookie_name
from routing.access.permissions import Permission
from routing.access.role_names import ROLE_LABELS
from routing.numbers import format_number
from translations.dates import clock_seconds
from translations.message import translatable
from translations.typography import capitalize_first, quoted
from web.application import create_web_app
from web.site import ErrorPage, Site

MAX_BODY_BYTES = 30_000_000  # bytes; a sound as a recorder writes it
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; connect-src 'self'%(others)s; img-src 'self' data:; media-src 'self' blob:; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
QUIET_ENDPOINTS = (
    "health",
    "static",
    "strip.show",
    "contacts.results",
    "first_steps.refresh",
    "inbox.refresh",
    "inbox_request.refresh",
    "today.refresh",
    "board.refresh",
    "wall.refresh",
    "transfers.refresh",
    "trunks.refresh",
    "trunks.refresh_test",
    "agents_phones.refresh",
    "imports.refresh",
    "contacts_erasing.refresh",
)
"""They are asked for all the time; the log does not name them."""
PAGE_MODULES = (
    *(today_pages, board_pages, wall, transfers_pages, first_steps_pages, strip, display),
    *(settings_pages, retention_pages),
    *(login, forgotten, welcome, account_pages, phone),
    *(inbox_pages, inbox_request_pages, inbox_view_pages, calls_pages, writing_up),
    *(contacts_pages, duplicates_pages, contact_imports, contacts_export, contacts_everything),
    *(contacts_erasing, contacts_changes),
    *(message_pages, draft_pages, message_calendar, blackouts),
    prompts_pages,
    voices_pages,
    *(plan_pages, editor, calendar_page, plan_settings_pages, site_pages, key_pages),
    *(agents_pages, phones_pages, browser_phone_pages),
    trunks_pages,
    *(people_pages, import_pages),
    satisfaction_pages,
    *(centres_pages, centre_outcome_pages, centre_figure_pages, centre_people_pages),
    centre_closing_pages,
    changes_pages,
)
ERROR_PAGES: Mapping[int, ErrorPage] = {
    401: (translatable("Your session has ended"), translatable("Log in again.")),
    403: (
        translatable("Your role does not allow this"),
        translatable("If you need it, ask an administrator to change your role."),
    ),
    404: (
        translatable("There is no such page"),
        translatable("It may have been removed, or its link was used already. Check the address."),
    ),
    405: (translatable("This page does not open this way"), translatable("Use the navigation.")),
    413: (translatable("This is too large"), translatable("Choose a smaller file.")),
    500: (
        translatable("Something went wrong"),
        translatable(
            "The fault is ours, and it has been logged. Try again; if it happens again, tell your administrator."
        ),
    ),
}


class _IdConverter(IntegerConverter):
    """`int` in a path: the number of a row in its one spelling, which PostgreSQL and SQLite can hold."""

    regex = r"(?:0|[1-9][0-9]{0,17})"


def create_app(context: AppContext) -> Flask:
    """A WSGI application (web/application.py)."""
    app = create_web_app(
        "console",
        Site(
            name="console",
            secret_key=context.secret_key,
            cookie_name=cookie_name(context.is_secure),
            is_secure=context.is_secure,
            max_body_bytes=MAX_BODY_BYTES,
            max_form_bytes=MAX_FORM_BYTES,
            public=public,
            enforce_access=enforce_access,
            find_language=_find_language,
            timezone=context.timezone,
            read_database=lambda: users.has_no_users(context.database),
            security_policy=_security_policy,
            error_pages=ERROR_PAGES,
            quiet_endpoints=QUIET_ENDPOINTS,
        ),
    )
    app.url_map.converters["int"] = _IdConverter
    app.extensions["app_context"] = context
    app.before_request(announce_new_role)
    for module in PAGE_MODULES:
        app.register_blueprint(module.blueprint)
    app.register_error_handler(TextTooLong, _show_long_text)
    app.context_processor(_template_context)
    app.add_template_global(quoted)
    app.add_template_filter(capitalize_first)
    app.after_request(remember_browser)
    return app


def _find_language() -> str | None:
    session = g.get("console_session")
    return session.user.language if session else None


def _security_policy() -> str:
    others = "".join(f" {origin}" for origin in (events_origin(), g.get("phone_origin")) if origin)
    return CONTENT_SECURITY_POLICY % {"others": others}


def _show_long_text(error: TextTooLong) -> tuple[str, int]:
    return render_template("error.html", heading=translatable("Nothing was changed"), advice=error.message), 422


def _template_context() -> dict[str, object]:
    session, services = g.get("console_session"), get_context().phone_services
    me = session.user if session and session.is_fully_authenticated else None
    return {
        "me": me,
        "sections": sections_for(me.actor) if me else (),
        "events_url": events_url(),
        "side_bar_folded": display.is_side_bar_folded(),
        "role_labels": ROLE_LABELS,
        "has_browser_phone": bool(me and me.agent_id and services and services.has_browsers),
        "number_text": format_number,
        "second_text": partial(clock_seconds, tz=get_context().timezone()),
        "me_may_see_contacts": bool(me and me.actor.may(Permission.SEE_CONTACTS)),
        **(strip_context() if me else {}),
        **(first_steps_pages.bar_step() if me else {}),
    }
