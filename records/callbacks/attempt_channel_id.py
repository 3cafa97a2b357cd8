"""The unique id of an attempt's channel, by which the dialplan, the CEL log and AMI events name the attempt."""

import re

PATTERN = r"cb-\d+-\d+"
_PATTERN = re.compile(PATTERN, re.ASCII)


def attempt_channel_id(request_id: int, number: int) -> str:
    """The id of the attempt with this number, from 1, of a request."""
    return f"cb-{request_id}-{number}"


def is_callback_attempt(channel_id: str) -> bool:
    """True for the channel of an attempt: nobody called us."""
    return _PATTERN.fullmatch(channel_id) is not None
