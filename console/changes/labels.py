"""What a reader sees in place of the names that the change log stores."""

from collections.abc import Mapping

from routing.access.role_names import ROLE_LABELS
from translations.message import Message, translatable

KIND_LABELS: Mapping[str, Message] = {
    "account.invited": translatable("Invitation"),
    "account.changed": translatable("Account changed"),
    "account.deactivated": translatable("Account deactivated"),
    "account.reset": translatable("New link"),
    "account.password": translatable("Password chosen"),
    "account.second_factor": translatable("Two-factor authentication"),
    "account.pin": translatable("PIN chosen"),
    "account.pin_locked": translatable("PIN locked"),
    "account.pin_unlocked": translatable("PIN unlocked"),
    "message.publish": translatable("Message published"),
    "message.approve": translatable("Message approved and published"),
    "message.put_back": translatable("Message put back on air"),
    "message.hand_in": translatable("Message submitted for approval"),
    "message.send_back": translatable("Message sent back"),
    "message.discard": translatable("Draft discarded"),
    "embargo.impose": translatable("Blackout period planned"),
    "embargo.lift": translatable("Blackout period ended"),
    "prompt.replace": translatable("Prompt replaced"),
    "retention.purge": translatable("Old personal data deleted"),
    "contact.export": translatable("Personal data exported"),
    "contact.erase": translatable("Person erased"),
    "plan.published": translatable("Call plan saved"),
}

FIELD_LABELS: Mapping[str, Message] = {
    "name": translatable("name"),
    "email": translatable("address"),
    "role": translatable("role"),
    "language": translatable("language"),
    "agent_id": translatable("desk phone"),
    "person_id": translatable("desk phone"),  # in older rows
    "active": translatable("active"),
    "password": translatable("password"),
    "second_factor": translatable("two-factor authentication"),
    "locked": translatable("locked"),
    "channel": translatable("by"),
    "version": translatable("Version"),
    "again": translatable("Version put back"),
    "audio": translatable("Sound's hash"),
    "sound": translatable("Sound's hash"),
    "text": translatable("Text"),
    "from": translatable("From"),
    "until": translatable("Until"),
    "draft": translatable("Draft"),
    "from_s": translatable("Beginning (s)"),
    "until_s": translatable("End (s)"),
    "state": translatable("State"),
    "embargo": translatable("Blackout period"),
    "heard": translatable("What is heard"),
    "lines": translatable("Lines"),
    "calls": translatable("Calls"),
    "requests": translatable("Requests"),
    "voicemails": translatable("Voice messages"),
    "interactions": translatable("Entries of histories"),
    "consents": translatable("Consents"),
    "contacts": translatable("Contact cards"),
    "files": translatable("Files"),
    "kept_open": translatable("Kept, because not resolved"),
    "events": translatable("Events"),
    "do_not_call": translatable("Do-not-call entries"),
    "callbacks": translatable("Callbacks"),
    "call_events": translatable("Events of calls"),
    "callback_attempts": translatable("Attempts to call back"),
}

VALUE_LABELS: Mapping[str, Mapping[str, Message]] = {
    "role": {role.value: label for role, label in ROLE_LABELS.items()},
    "language": {"fr": translatable("French"), "en": translatable("English")},
    "channel": {"phone": translatable("telephone")},
}
"""By field, then by stored value."""
