"""Plays the message of an announcement, until its end or a key."""

from agi.call import Call
from agi.config_snapshot import ConfigSnapshot
from records.call_events import CallEventKind
from routing.plan.model import Announcement


def play_announcement(call: Call, snapshot: ConfigSnapshot, announcement: Announcement) -> str | None:
    """Plays the version that is on air now, and returns the key that stopped it."""
    on_air = snapshot.on_air(announcement, call.now)
    version = on_air.version
    if version is None:
        return call.play("no-message").key
    length_s = snapshot.audio_seconds[version.audio]
    call.add_event(CallEventKind.MESSAGE_STARTED, version=version.id, slot=announcement.name, stale=on_air.stale)
    playback = call.play(f"daily/{version.audio}", length_s)
    call.add_event(
        CallEventKind.MESSAGE_HEARD, version=version.id, seconds=round(playback.seconds, 1), whole=playback.complete
    )
    return playback.key
