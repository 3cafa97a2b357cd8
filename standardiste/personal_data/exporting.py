"""Everything about one person in one archive, with an index in plain words."""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from records.actor import Actor
from records.retention import erasure, person_data
from records.retention.erasure import Person
from routing.access.permissions import Permission
from routing.numbers import format_number
from standardiste.installation import Installation
from translations.dates import long_date
from translations.message import Message, translatable

INDEX, DATA, SOUNDS, WORDS = "index.txt", "data.json", "voicemails", "satisfaction"


def export_person(
    installation: Installation, actor: Actor, contact_id: int, file: Path, *, language: str, at: datetime
) -> Mapping[str, object]:
    """Writes the archive (ZIP, mode 600) and the change log; gives what is in it, by kind.

    Raises Forbidden, NotFound, FileExistsError, OSError.
    """
    actor.require(Permission.EXPORT_PERSON)
    with installation.database.read() as connection:
        person = erasure.find_person(connection, contact_id)
        tables = person_data.collect(connection, person)
    settings = installation.settings
    sounds = [(SOUNDS, settings.voicemail / row["file"]) for row in tables["voicemails"]]
    said = [row["words_file"] for row in tables["satisfaction_surveys"] if row["words_file"]]
    sounds += [(WORDS, settings.satisfaction / name) for name in said]
    file.touch(mode=0o600, exist_ok=False)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(INDEX, "\n".join(_index(installation, person, tables, language, at)) + "\n")
        archive.writestr(DATA, json.dumps(tables, ensure_ascii=False, indent=2, default=_to_json))
        for folder, sound in sounds:
            if sound.exists():
                archive.write(sound, f"{folder}/{sound.name}")
    counts: dict[str, object] = {name: len(rows) for name, rows in tables.items() if rows}
    erasure.record_export(installation.database, actor, contact_id, counts, at=at)
    return counts


def open_export(installation: Installation, actor: Actor, contact_id: int, language: str, at: datetime) -> IO[bytes]:
    """The archive as a file without a name, which is gone once it is closed. Raises Forbidden, NotFound, OSError."""
    with tempfile.TemporaryDirectory(prefix="standardiste-") as folder:
        file = Path(folder) / "everything.zip"
        export_person(installation, actor, contact_id, file, language=language, at=at)
        return file.open("rb")


_HEADINGS: Mapping[str, Message] = {
    "contacts": translatable("Contact cards"),
    "emails": translatable("E-mail addresses"),
    "imports": translatable("Lines of imported files that led to these cards"),
    "lines": translatable("Telephone numbers"),
    "calls": translatable("Calls, with the number that was called, and how they ended"),
    "call_events": translatable("What happened in the calls: keys, messages heard, waiting"),
    "call_notes": translatable("What our staff wrote of the calls"),
    "handoffs": translatable("Calls that an overflow centre was asked to answer for us"),
    "centre_outcomes": translatable("What overflow centres said became of the calls, with their notes"),
    "centre_card_views": translatable("Who of an overflow centre looked at what was shown of a call, and when"),
    "transfers": translatable("Handing over to a colleague, a level or an overflow centre, with the notes"),
    "waiting_orders": translatable("What supervisors decided while these calls waited"),
    "interactions": translatable("History of contacts"),
    "requests": translatable("Requests to our staff, with their notes"),
    "request_entries": translatable("What was done with these requests"),
    "callbacks": translatable("Callbacks that were asked for"),
    "inquiries": translatable("Messages written in our form; the answers are above"),
    "callback_attempts": translatable("Attempts to call back"),
    "callback_transitions": translatable("What became of these callbacks, step by step"),
    "mails": translatable("E-mails that told of an answer: when they were sent"),
    "consents": translatable("Consents, with the version of the text that was read"),
    "card_changes": translatable("What was changed on the cards, with the values before and after"),
    "do_not_call": translatable("Entries in the do-not-call list"),
    "voicemails": translatable("Voice messages; the sounds are in the folder “voicemails”"),
    "satisfaction_surveys": translatable(
        "When you were asked about your satisfaction; what you said is in the folder “satisfaction”"
    ),
    "satisfaction_answers": translatable("What you answered, from 1, not at all, to 5, very much"),
    "possible_duplicates": translatable("Cards that may be the same person, and what our staff decided"),
    "merges": translatable("Cards that our staff took together as one person, or separated again"),
    "events": translatable("Events that were sent to programs of ours or of partners"),
}


def _index(
    installation: Installation, person: Person, tables: Mapping[str, Sequence[Any]], language: str, at: datetime
) -> Iterator[str]:
    def say(message: Message) -> str:
        return message.in_language(language)

    plan = installation.plan
    yield say(translatable("Personal data of contact %(id)s", id=person.contact_id))
    yield say(translatable("Made on %(day)s.", day=long_date(at, plan.timezone, language)))
    yield ""
    # Not all names of the person: they may have given another one to the mediator.
    names = {row["name"] for kind in ("contacts", "callbacks", "inquiries") for row in tables[kind] if row["name"]}
    yield say(translatable("Name: %(names)s", names=", ".join(sorted(names)) or "–"))
    numbers = ", ".join(format_number(number, plan.country) for number in person.numbers)
    yield say(translatable("Telephone numbers: %(numbers)s", numbers=numbers or "–"))
    if person.shared_lines:
        yield say(translatable("Other people use one of these numbers too; their data are not in this archive."))
    yield ""
    yield say(translatable("The file data.json holds, in this order:"))
    for name, rows in tables.items():
        yield f"- {say(_HEADINGS[name])}: {len(rows)}"
    yield ""
    retention = plan.retention
    yield say(
        translatable(
            "We delete what identifies you after: calls %(reception)s days, voice messages %(voicemail)s days, "
            "callbacks %(callback)s days, consents to receive news %(campaigning)s days, what you said about your "
            "satisfaction %(satisfaction)s days.",
            reception=retention.reception,
            voicemail=retention.voicemail,
            callback=retention.callback,
            campaigning=retention.campaigning,
            satisfaction=retention.satisfaction,
        )
    )
    yield say(translatable("Whatever a mediator may keep is not in this archive: ask the mediator for it."))
    yield say(translatable("Times are in UTC."))


def _to_json(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
