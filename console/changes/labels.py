"""What a reader sees in place of the fields and values that the change log stores."""

from collections.abc import Mapping

from console.trunks.labels import FIELD_LABELS as TRUNK_LABELS
from routing.access.role_names import ROLE_LABELS
from translations.message import Message, translatable

CARD_FIELDS: Mapping[str, Message] = {
    "name": translatable("name"),
    "organisation": translatable("organisation"),
    "emails": translatable("e-mail addresses"),
    "language": translatable("language"),
    "street": translatable("street"),
    "postcode": translatable("postcode"),
    "city": translatable("town"),
    "numbers": translatable("numbers"),
}
FIELD_LABELS: Mapping[str, Message] = {
    **{name: label for name, label in TRUNK_LABELS.items() if name not in ("numbers", "confirmed")},
    "title": translatable("Title"),
    "label": translatable("Name"),
    "fields": translatable("What was changed"),
    "rank": translatable("Level"),
    "languages": translatable("Languages"),
    "outside": translatable("Calls reach them outside"),
    "browser": translatable("Calls ring in their browser"),
    "reason": translatable("Reason"),
    "passwords": translatable("Passwords"),
    "contact": translatable("Contact card"),
    "name": translatable("name"),
    "email": translatable("address"),
    "role": translatable("role"),
    "language": translatable("language"),
    "agent_id": translatable("telephone"),
    "person_id": translatable("telephone"),  # in older rows
    "desk": translatable("desk number"),
    "active": translatable("active"),
    "password": translatable("password"),
    "second_factor": translatable("two-factor authentication"),
    "locked": translatable("locked"),
    "version": translatable("Version"),
    "again": translatable("Version put back"),
    "text": translatable("Text"),
    "from": translatable("From"),
    "until": translatable("Until"),
    "note": translatable("Reason"),
    "words_fr": translatable("What callers hear, in French"),
    "words_en": translatable("What callers hear, in English"),
    "draft": translatable("Draft"),
    "from_s": translatable("Start (s)"),
    "until_s": translatable("End (s)"),
    "state": translatable("State"),
    "embargo": translatable("Blackout period"),
    "heard": translatable("What is heard"),
    "lines": translatable("Lines"),
    "file": translatable("File"),
    "month": translatable("Month"),
    "calls": translatable("Calls"),
    "requests": translatable("Requests"),
    "voicemails": translatable("Voice messages"),
    "interactions": translatable("Entries of histories"),
    "consents": translatable("Consents"),
    "contacts": translatable("Contact cards"),
    "files": translatable("Files"),
    "people": translatable("People in the file"),
    "created": translatable("Cards made"),
    "completed": translatable("Cards completed"),
    "count": translatable("How many"),
    "filter": translatable("Which contacts"),
    "format": translatable("Format"),
    "change_values": translatable("Changes of cards"),
    "kept_open": translatable("Kept, because not resolved"),
    "events": translatable("Events"),
    "do_not_call": translatable("Do-not-call entries"),
    "merge": translatable("Merge"),
    "absorbed": translatable("Card that was merged"),
    "other": translatable("Other card"),
    "callbacks": translatable("Callbacks"),
    "call_events": translatable("Events of calls"),
    "callback_attempts": translatable("Attempts to call back"),
    "surveys": translatable("Satisfaction surveys"),
}

VALUE_LABELS: Mapping[str, Mapping[str, Message]] = {
    "role": {role.value: label for role, label in ROLE_LABELS.items()},
    "language": {"fr": translatable("French"), "en": translatable("English")},
    "languages": {"fr": translatable("French"), "en": translatable("English")},
    "fields": CARD_FIELDS,
    "filter": {"all": translatable("All"), "search": translatable("those of a search")},
    "state": {
        "open": translatable("in preparation"),
        "waiting": translatable("waiting for approval"),
        "published": translatable("published"),
        "discarded": translatable("discarded"),
    },
}
"""By field, then by stored value."""

TIMES = frozenset({"from", "until", "at", "ends_at", "starts_at"})
"""Fields that hold an instant."""

PROOF = frozenset({"audio", "sound", "draft", "embargo", "audio_sha256", "sha256", "digest"})
"""Fields that prove a change and say nothing to people: hashes of sounds and of values, and numbers of rows."""
