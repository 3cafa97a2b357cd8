"""Writes down which telephones and trunks Asterisk reaches, so that pages can show it.

Our AMI user may not list contacts (class `system`); it may read the function that lists those that can be dialled.
AMI: https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Actions/Getvar/
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import ActionRejected, AmiConnection, Headers
from ami.wake_event import WakeEvent
from records.database.engine import Database
from records.endpoint_states import RENEW_AFTER, EndpointState, save_endpoint_states
from records.errors import RecordsError
from routing.trunk_states import NOT_QUALIFIED, REACHABLE, UNREACHABLE

EVERY_S = 2.0
WITHOUT_ENDPOINTS_S = 10.0
log = logging.getLogger("switch")


async def record_endpoint_states(
    connection: AmiConnection,
    database: Database,
    list_endpoints: Callable[[], Mapping[str, bool]],
    changed: WakeEvent,
) -> NoReturn:
    """Asks Asterisk again and again, and saves what has changed.

    `list_endpoints` gives the names of telephones and trunks, and whether Asterisk itself asks each if it is there. It
    runs in a thread of its own, and may raise RecordsError. `changed`: there may be others, or what was saved is gone.
    """
    failed = False
    endpoints: Mapping[str, bool] = {}
    saved: dict[str, EndpointState] | None = None
    saved_at = time.monotonic()
    while True:
        pause_s = EVERY_S
        try:
            if saved is None or changed.is_set():
                changed.clear()
                saved, endpoints = None, await asyncio.to_thread(list_endpoints)
            states = await _read_states(connection, endpoints)
            is_old = time.monotonic() - saved_at > RENEW_AFTER.total_seconds()  # pages believe no old state
            if states != saved or is_old:
                await asyncio.to_thread(save_endpoint_states, database, states, at=datetime.now(UTC))
                saved, saved_at = states, time.monotonic()
            pause_s = EVERY_S if endpoints else WITHOUT_ENDPOINTS_S
            failed = False
        except RecordsError as error:
            saved = None
            if not failed:
                log.error("the state of telephones and trunks is not saved: %s", error)
            failed = True
        if pause_s == EVERY_S:
            await asyncio.sleep(pause_s)
        else:
            await changed.wait(pause_s)


async def _read_states(connection: AmiConnection, endpoints: Mapping[str, bool]) -> dict[str, EndpointState]:
    registered = {
        entry["ObjectName"]: entry.get("Status", "")
        for entry in (await _list_registrations(connection) if endpoints else ())
        if "ObjectName" in entry
    }
    states = {}
    for name, is_qualified in endpoints.items():
        answered = REACHABLE if is_qualified else NOT_QUALIFIED
        contact = answered if await _has_contact(connection, name) else UNREACHABLE
        states[name] = EndpointState(contact, registered.get(name, ""))
    return states


async def _has_contact(connection: AmiConnection, name: str) -> bool:
    """Whether Asterisk could dial it now; False for an endpoint that it does not know."""
    try:
        (answer,) = await connection.send_action("Getvar", Variable=f"PJSIP_DIAL_CONTACTS({name})")
    except ActionRejected:
        return False
    return bool(answer.get("Value"))


async def _list_registrations(connection: AmiConnection) -> tuple[Headers, ...]:
    """Our registrations at operators; none where there are none, which is an error to Asterisk."""
    try:
        return await connection.send_action("PJSIPShowRegistrationsOutbound")
    except ActionRejected:
        return ()
