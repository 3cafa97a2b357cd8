"""An attempt to call somebody back, handed to Asterisk: once, under an id of its own, and with nothing personal in it.

https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Actions/Originate/
"""

import re

from ami.link import Link
from dialplan import names
from routing.callback_rules import First

SLACK_S = 60  # beyond the longest stay in the queue; the queue ends it before
# What operators and telephones speak. Left to itself Asterisk carries such a call as slin, and who has heard a prompt
# then hears nothing of every second peer (docs/decisions/0025-callbacks-are-carried-in-a-law.md).
CODEC = "alaw"

_ATTEMPT = re.compile(r"cb-\d+-\d+")
_IN_LINE = re.compile(rf"(Local/{_ATTEMPT.pattern}@{names.CALLBACK_LINE}-\w+);2")
# Where the half begins that is not answered, and where the other goes on once it is (dialplan/callback_line.conf).
_WAYS = {
    First.AGENT: (names.CALLBACK_LINE, names.CALLBACK_VISITOR),
    First.VISITOR: (names.CALLBACK_OUT, names.CALLBACK_WAITING),
}


def is_attempt(ref: str) -> bool:
    """Whether this reference of a channel is an attempt's of ours: nobody called us."""
    return _ATTEMPT.fullmatch(ref) is not None


class Originator:
    """Of one link; it never sends anything twice."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def ring(self, channel_id: str) -> None:
        """Asterisk has taken a call to somebody of the house (dialplan/desk_ring.conf). Raises as `start`."""
        await self._link.ask(
            "Originate",
            Channel=f"Local/{channel_id}@{names.DESK_RING}/n",
            ChannelId=channel_id,
            OtherChannelId=f"{channel_id}-2",
            Context=names.DESK_RUNG,
            Exten="s",
            Priority="1",
            Timeout=str(SLACK_S * 1000),
            Async="true",
        )

    async def stop(self, channel: str) -> None:
        """Asterisk is about to end the attempt that stands in the queue as `channel`: one in which nobody listens, be
        it a visitor or an agent who hears its offer. Raises as `start`."""
        if not (in_line := _IN_LINE.fullmatch(channel)):
            return
        await self._link.ask(
            "Originate",
            Channel=f"Local/s@{names.CALLBACK_STOP}/n",
            Application="NoOp",
            Timeout=str(SLACK_S * 1000),
            Async="true",
            Variable=(f"{names.STOPPED}={in_line[1]};1",),
        )

    async def start(self, channel_id: str, first: First, *, position: int, language: str, line_s: int) -> None:
        """Asterisk has taken the attempt; what becomes of it is told by its channel event log.

        Raises Refused: it has not. Raises LinkLost: nobody knows.
        """
        begins, goes_on = _WAYS[first]
        await self._link.ask(
            "Originate",
            Channel=f"Local/{channel_id}@{begins}/n",
            ChannelId=channel_id,
            OtherChannelId=f"{channel_id}-2",
            Context=goes_on,
            Exten="s",
            Priority="1",
            Timeout=str((line_s + SLACK_S) * 1000),
            Async="true",
            Codecs=CODEC,
            Variable=(f"{names.POSITION}={position}", f"{names.CALLBACK_LANGUAGE}={language}"),
        )
