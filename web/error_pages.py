"""Pages that say what went wrong and what to do."""

import logging
import traceback
from collections.abc import Mapping

from flask import render_template
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from records.actor import Forbidden
from records.errors import DatabaseBusy, DatabaseUnavailable, NotFound, UnstorableText
from translations.message import translatable
from web.site import ErrorPage, current_site

STATUSES: Mapping[type[Exception], int] = {
    Forbidden: 403,
    NotFound: 404,
    UnstorableText: 422,
    DatabaseBusy: 503,
    DatabaseUnavailable: 503,
}
"""The status codes of our own exceptions."""
PAGES: Mapping[int, ErrorPage] = {
    400: (
        translatable("This page was open for too long"),
        translatable("Nothing was changed. Go back, reload the page and try again."),
    ),
    422: (
        translatable("A character cannot be saved"),
        translatable("Nothing was changed. Go back, and type the text instead of pasting it."),
    ),
    503: (
        translatable("The database is busy"),
        translatable("Nothing was changed. Try again in a few seconds."),
    ),
}
"""By status code. Each site has that of 500, and others of its own."""


def show_error(error: Exception) -> tuple[str, int] | Response:
    """The page in `error.html` of the application, and the status code."""
    site = current_site()
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    if isinstance(error, HTTPException):
        if error.code is None or error.code < 400:
            return error.get_response()
        status = error.code
    if status >= 500:
        where = "".join(traceback.format_tb(error.__traceback__))
        # Without the text of the error, which may hold what somebody typed.
        logging.getLogger(site.name).error("%s %s", type(error).__name__, where)
    pages = {**PAGES, **site.error_pages}
    heading, advice = pages[status if status in pages else 400 if status < 500 else 500]
    return render_template("error.html", heading=heading, advice=advice), status
