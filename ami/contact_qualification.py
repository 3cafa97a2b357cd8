"""Asks telephones and trunks whether they are there, as soon as Asterisk has started.

Asterisk itself asks each within its first qualify interval, of 30 seconds; until then it knows no state of a registered
telephone, and the queue does not ring it.
AMI: https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Actions/PJSIPQualify/
"""

import asyncio
from collections.abc import Callable, Sequence

from ami.connection import ActionRejected, AmiConnection

ROUNDS_AFTER_S = (0.0, 0.5, 0.5, 1.0, 1.0, 1.0, 2.0, 2.0)
"""Asterisk may still be loading what it has registered when it first takes our connection."""


async def qualify_contacts(connection: AmiConnection, list_endpoints: Callable[[], Sequence[str]]) -> None:
    """Asks the contacts of all endpoints, a few times in the first seconds of a connection.

    `list_endpoints` runs in a thread of its own.
    """
    for after_s in ROUNDS_AFTER_S:
        await asyncio.sleep(after_s)
        for endpoint in await asyncio.to_thread(list_endpoints):
            try:
                await connection.send_action("PJSIPQualify", Endpoint=endpoint)
            except ActionRejected:  # Asterisk does not know it, or not yet
                continue
