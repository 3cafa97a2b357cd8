"""The ASGI application: events for open pages (server-sent events), and its health."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from live.authorization import ConsoleAccess
from live.open_pages import OpenPages, PageEvent
from live.phone_relay import PhoneRelay
from records.errors import RecordsError
from records.users import users

RETRY_MS = 2000
"""How long a browser waits before it connects again."""
SILENCE_S = 15.0
"""A connection without an event gets a comment so often: proxies take it for alive, and an ended one is noticed."""


def create_app(access: ConsoleAccess, pages: OpenPages, phones: PhoneRelay | None = None) -> Starlette:
    """Serves `/live/events` to pages of the console, `/ws` to browser phones where there are some, and `/health`."""

    async def events(request: Request) -> Response:
        if access.is_foreign(request.headers):
            return PlainTextResponse("Another site may not read this.", 403)
        headers = _sharing_headers(request)
        try:
            session = await asyncio.to_thread(access.find_session, request.headers)
        except RecordsError:
            return PlainTextResponse("The database is busy; ask again.", 503, headers)
        if session is None:
            return PlainTextResponse("Log in to the console.", 401, headers)
        headers |= {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy passes on each event at once
        number, page = pages.add(session)

        async def text() -> AsyncIterator[str]:
            try:
                yield f"retry: {RETRY_MS}\n\n"
                while (event := await page.next_event(SILENCE_S)) is not None:
                    yield _to_text(event)
            finally:
                pages.remove(number)

        return StreamingResponse(text(), media_type="text/event-stream", headers=headers)

    async def health(_: Request) -> Response:
        try:
            await asyncio.to_thread(users.has_no_users, access.database)
        except RecordsError:
            return JSONResponse({"status": "database"}, 503)
        return JSONResponse({"status": "ok"})

    sockets = [WebSocketRoute("/ws", phones.serve)] if phones else []
    return Starlette(routes=[Route("/live/events", events), Route("/health", health), *sockets])


def _to_text(event: PageEvent) -> str:
    """The event as it is sent; a comment if nothing has changed."""
    fields: dict[str, object] = {"changed": event.names} if event.names else {}
    if event.counts:
        fields |= dict(zip(("waiting", "ready"), event.counts, strict=True))
    return f"data: {json.dumps(fields)}\n\n" if fields else ":\n\n"


def _sharing_headers(request: Request) -> dict[str, str]:
    """The page may be at another port of this machine: it is allowed to read the answer (CORS)."""
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}
