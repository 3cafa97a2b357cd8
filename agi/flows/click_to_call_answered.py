"""A user who asked to be called has answered: they record a message after their PIN, or hear a draft."""

from dataclasses import replace

from agi.call import Call
from agi.config_snapshot import SnapshotReader
from agi.flows.click_to_call import request_id
from agi.flows.staff_line import PHONE_CHANNEL, authenticate, load_message_recording, route_to_goodbye
from agi.recording_storage import RecordingStorage
from records.staff import click_to_call
from routing.languages import prompt_language


def serve_click_to_call(call: Call, snapshots: SnapshotReader, storage: RecordingStorage) -> None:
    """Hearing a draft needs no PIN: the user can hear it on the console's page as well.

    Without a route the dialplan plays that the staff line failed.
    """
    request = click_to_call.get_answered_click_to_call(storage.database, request_id(call.ref))
    call.set_language(prompt_language(request.user.language, snapshots.current.plan.languages))
    actor = replace(request.user.actor, channel=PHONE_CHANNEL)
    if request.audio_range:
        recording = call.say_while("staff-line-hello", load_message_recording)
        recording.play_draft(call, storage, actor, request.audio_range)
    elif authenticate(call, storage, request.user.id):
        announcement = snapshots.current.plan.announcements.get(request.announcement)
        recording = call.say_while("staff-line-hello", load_message_recording)
        recording.record_message(call, snapshots, storage, actor, announcement)
    route_to_goodbye(call)
