"""Starts calls by AMI Originate: each is sent once, under a channel id of its own, with no personal data.

https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Actions/Originate/
"""

import re
from collections.abc import Sequence

from ami.connection import AmiConnection
from dialplan import names
from records.callbacks.attempt_channel_id import PATTERN
from routing.callbacks.rules import DialFirst

OWN_PHONE_S = 120  # for an agent to take a callback that they asked for: the telephone rings for less
SLACK_S = 60  # beyond the longest time in the queue, which the queue ends itself
# The codec of operators and phones. Otherwise Asterisk uses slin, and after a prompt about half of the visitors are not
# heard (docs/decisions/0025-callbacks-are-carried-in-a-law.md).
CODEC = "alaw"

_QUEUED_CHANNEL = re.compile(rf"(Local/{PATTERN}@{names.CALLBACK_AGENT_FIRST}-\w+);2", re.ASCII)
# The context of the half that is not answered, and that of the other half once it is (dialplan/callback_attempt.conf).
_CONTEXTS = {
    DialFirst.AGENT: (names.CALLBACK_AGENT_FIRST, names.CALLBACK_DIAL_VISITOR),
    DialFirst.VISITOR: (names.CALLBACK_VISITOR_FIRST, names.CALLBACK_VISITOR_ACCEPTED),
}


class Originator:
    """Starts and stops calls on one connection.

    Every method raises ActionRejected when Asterisk did not take the call, and ConnectionLost when that is unknown.
    """

    def __init__(self, connection: AmiConnection) -> None:
        self._connection = connection

    async def originate_click_to_call(self, channel_id: str) -> None:
        """Calls a user who asked for it (dialplan/click_to_call.conf). Returns when Asterisk has taken the call."""
        await self._originate_local(channel_id, names.CLICK_TO_CALL, names.CLICK_TO_CALL_ANSWERED)

    async def originate_phone_ring(self, channel_id: str) -> None:
        """Lets a telephone ring to try it (dialplan/phone_ring.conf). Returns when Asterisk has taken the call."""
        await self._originate_local(channel_id, names.PHONE_RING, names.PHONE_RING_ANSWERED)

    async def originate_transfer(self, channel_id: str, caller: str, agent: str, ref: str) -> None:
        """Moves the channel `caller` of the call `ref` into the context of transfers, and ends the channel `agent`."""
        await self._connection.send_action(
            "Originate",
            Channel=f"Local/{channel_id}@{names.TRANSFER_START}/n",
            ChannelId=channel_id,
            OtherChannelId=f"{channel_id}-2",
            Application="NoOp",
            Timeout=str(SLACK_S * 1000),
            Async="true",
            Variable=(
                f"{names.TRANSFERRED_CHANNEL}={caller}",
                f"{names.TRANSFERRED_AGENT}={agent}",
                f"{names.TRANSFERRED_CALL}={ref}",
            ),
        )

    async def originate_consultation(
        self, channel_id: str, caller: str, agent: str, ref: str, accounts: Sequence[str]
    ) -> None:
        """The channel `agent` of the call `ref` rings these colleagues, while `caller` hears music."""
        await self._run(
            f"{channel_id}@{names.CONSULT_START}",
            f"{names.TRANSFERRED_CHANNEL}={caller}",
            f"{names.TRANSFERRED_AGENT}={agent}",
            f"{names.TRANSFERRED_CALL}={ref}",
            f"{names.CONSULTED}={'&'.join(accounts)}",
        )

    async def originate_consult_step(self, step: str, agent: str, colleague: str, ref: str) -> None:
        """The consultation in the call `ref` goes on (dialplan/consultation.conf)."""
        await self._run(
            f"{step}@{names.CONSULT_STEP}",
            f"{names.TRANSFERRED_AGENT}={agent}",
            f"{names.CONSULT_CHANNEL}={colleague}",
            f"{names.TRANSFERRED_CALL}={ref}",
        )

    async def stop_callback(self, channel: str) -> None:
        """Ends the attempt that waits in the queue as `channel`; does nothing for other channels.

        The visitor is not on the line yet, but an agent may be hearing the offer.
        """
        if queued := _QUEUED_CHANNEL.fullmatch(channel):
            await self._stop(f"{queued[1]};1")

    async def stop_own_callback(self, channel_id: str) -> None:
        """Ends an attempt at an agent's own telephone, if Asterisk still has it; like `stop_callback`."""
        for entry in await self._connection.send_action("CoreShowChannels"):
            if entry.get("Uniqueid") == channel_id:
                await self._stop(entry["Channel"])

    async def _stop(self, channel: str) -> None:
        await self._run(f"s@{names.CALLBACK_CANCEL}", f"{names.CANCELLED_CHANNEL}={channel}")

    async def apply_browser_login(self, account: str) -> None:
        """Asterisk gets the password of this browser, or forgets it (dialplan/browser_phone.conf)."""
        await self._run(f"s@{names.BROWSER_PHONE_LOGIN}", f"{names.BROWSER_PHONE}={account}")

    async def report_lost_browser(self, account: str) -> None:
        """The page of this browser is gone: its calls end there, and their callers are told."""
        await self._run(f"s@{names.BROWSER_PHONE_LOST}", f"{names.BROWSER_PHONE}={account}")

    async def originate_callback(
        self, channel_id: str, first: DialFirst, *, position: int, language: str, max_queue_s: int
    ) -> None:
        """Starts an attempt. Returns when Asterisk has taken it; how it goes on is read from the CEL log."""
        variables = (f"{names.JOIN_POSITION}={position}", f"{names.CALLBACK_LANGUAGE}={language}")
        await self._start_callback(channel_id, _CONTEXTS[first], variables, max_queue_s + SLACK_S)

    async def originate_own_callback(self, channel_id: str, sip_account: str) -> None:
        """Like `originate_callback`, first at the telephone of the agent who asked for it, and at no other."""
        variables = (f"{names.OWN_PHONE}={sip_account}", f"{names.OWN_PHONE_S}={OWN_PHONE_S}")
        contexts = (names.CALLBACK_OWN_PHONE, names.CALLBACK_DIAL_VISITOR)
        await self._start_callback(channel_id, contexts, variables, OWN_PHONE_S + SLACK_S)

    async def _start_callback(
        self, channel_id: str, contexts: tuple[str, str], variables: tuple[str, ...], timeout_s: int
    ) -> None:
        context, context_after_answer = contexts
        await self._connection.send_action(
            "Originate",
            Channel=f"Local/{channel_id}@{context}/n",
            ChannelId=channel_id,
            OtherChannelId=f"{channel_id}-2",
            Context=context_after_answer,
            Exten="s",
            Priority="1",
            Timeout=str(timeout_s * 1000),
            Async="true",
            Codecs=CODEC,
            Variable=variables,
        )

    async def _run(self, extension: str, *variables: str) -> None:
        """Runs an extension, "extension@context", that rings nobody by itself."""
        await self._connection.send_action(
            "Originate",
            Channel=f"Local/{extension}/n",
            Application="NoOp",
            Timeout=str(SLACK_S * 1000),
            Async="true",
            Variable=variables,
        )

    async def _originate_local(self, channel_id: str, dialled: str, answered: str) -> None:
        """Dials in the context `dialled`; who answers goes on in the context `answered`."""
        await self._connection.send_action(
            "Originate",
            Channel=f"Local/{channel_id}@{dialled}/n",
            ChannelId=channel_id,
            OtherChannelId=f"{channel_id}-2",
            Context=answered,
            Exten="s",
            Priority="1",
            Timeout=str(SLACK_S * 1000),
            Async="true",
        )
