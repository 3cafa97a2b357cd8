"""The pages of overflow centres as a web application, which shares nothing with the console but the database."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from flask import Flask, g

from centre import account_pages, card_pages, figures_pages, missing_pages
from centre.context import AppContext, get_context
from centre.guard import enforce_access, is_complete, public
from records.plan import plan_versions
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from translations.catalogues import choose_text
from translations.dates import clock_time
from translations.message import translatable
from web.application import create_web_app
from web.language import current_language
from web.site import ErrorPage, Site

MAX_BODY_BYTES = 32_000
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
ERROR_PAGES: Mapping[int, ErrorPage] = {
    404: (
        translatable("There is nothing to see here"),
        translatable("A card is open while the call goes on and some minutes after. Check the code or the link."),
    ),
    413: (translatable("This is too large"), translatable("Write less.")),
    500: (
        translatable("Something went wrong"),
        translatable(
            "The fault is ours, and it has been logged. Try again; if it happens again, tell your supervisor."
        ),
    ),
}


def create_app(context: AppContext) -> Flask:
    """A WSGI application (web/application.py)."""
    app = create_web_app(
        "centre",
        Site(
            name="centre",
            secret_key=context.secret_key,
            cookie_name="__Host-standardiste-centre" if context.is_secure else "standardiste-centre",
            is_secure=context.is_secure,
            max_body_bytes=MAX_BODY_BYTES,
            max_form_bytes=MAX_BODY_BYTES,
            public=public,
            enforce_access=enforce_access,
            find_language=_find_language,
            timezone=lambda: context.timezone,
            read_database=lambda: plan_versions.get_current_version(context.database),
            security_policy=lambda: CONTENT_SECURITY_POLICY,
            error_pages=ERROR_PAGES,
        ),
    )
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=90)
    app.extensions["app_context"] = context
    for module in (account_pages, card_pages, figures_pages, missing_pages):
        app.register_blueprint(module.blueprint)
    app.context_processor(_template_context)
    return app


def _find_language() -> str | None:
    session = g.get("centre_session")
    return session.account.language if session else None


def _template_context() -> dict[str, object]:
    session, language, plan = g.get("centre_session"), current_language(), get_context().plan()
    me = session.account if session and is_complete(session) else None
    return {
        "me": me,
        "organisation": choose_text(plan.organisation.name, language) or "",
        "centre_title": find_title(plan, PartKind.CENTRE, me.centre) if me else "",
        "time_text": partial(clock_time, tz=plan.timezone, language=language),
    }
