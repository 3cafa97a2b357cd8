"""Retention: for how long what is known of people is kept, by purpose; a part of the plan."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """Days after which what identifies a person is deleted; the names are those of the purposes.

    `reception`: calls, and requests that came from them; it counts from the call. `voicemail`: recorded voices.
    `callback`: callbacks, with name and topic, and the consents to them; it counts from when they were closed.
    `campaigning`: consents to receive news. `satisfaction`: how somebody was treated. What staff have not resolved yet
    is kept until then.
    """

    reception: int = 365
    voicemail: int = 365
    callback: int = 90
    campaigning: int = 1095
    satisfaction: int = 180

    def kept_since(self, purpose: str, now: datetime) -> datetime:
        """What is older than this is deleted."""
        return now - timedelta(days=int(getattr(self, purpose)))


PURPOSES = tuple(field.name for field in fields(RetentionRules))
