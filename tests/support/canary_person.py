"""A person whose name and number stand wherever an installation can hold them, and who is then sought everywhere."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from inquiries import request_of, write_inquiry
from named_contacts import describe_contact
from reception import Reception
from recorded_calls import record_call

from ami.cel.log import CelLog
from ami.cel.reader import CelReader
from prompts.audio.pcm import Pcm, write_wav
from records import mail_queue
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind
from records.calls import calls, voicemails
from records.contacts import notes
from records.contacts.card_changes import CardFields, change_card
from records.contacts.contact_cards import get_card_detail
from records.contacts.senders import Sender
from records.inbox.opening import NewRequest, open_reported_request
from records.inquiries.answers import answer_inquiry
from records.mail_queue import MailProblem
from records.requests.requests import RequestKind
from records.satisfaction import answers
from records.satisfaction.asking import CallToAsk, begin_call_survey
from records.webhooks import outbox
from routing.person_names import fold

NAME, NUMBER = "Zéphyrine Canari-Dupuis", "+33639987654"
DIGITS, EMAIL_HOST = b"639987654", "canaris-et-serins.example"
CANARIES = (NAME.encode(), DIGITS, fold(NAME).encode(), EMAIL_HOST.encode())
LINE = b'"%s","%d.5","%s","%s","PJSIP/trunk-00000001","inbound","+33199000000","0639987654","",""\n'


def add_canary(reception: Reception) -> int:
    """The card of the person, who has called, left a message, written, and stands in each file that can name them."""
    settings, database, anne, now = (
        reception.settings,
        reception.database,
        command_line_actor("anne"),
        datetime.now(UTC),
    )
    opened = record_call(database, "1.1", now, NUMBER)
    assert opened.contact_id
    describe_contact(database, opened.contact_id, name=NAME, emails=(f"Zephyrine@{EMAIL_HOST}",))
    voicemails.save_voicemail(database, "1.1", file="1.1.wav", seconds=5, at=now)
    write_wav(settings.voicemail / "1.1.wav", Pcm(b"\0\0" * 8000, 8000))
    calls.add_events(database, "1.1", [CallEvent(now, CallEventKind.VOICEMAIL_LEFT)])
    calls.close_call(database, "1.1", at=now, disposition=None, cause="16")
    assert begin_call_survey(database, CallToAsk("1.1", now, now.date(), "fr"))
    answers.save_recorded_words(database, "1.1", file="words.wav", seconds=5)
    write_wav(settings.satisfaction / "words.wav", Pcm(b"\0\0" * 8000, 8000))
    written = {"line": NUMBER, "name": NAME, "email": f"{fold(NAME).split()[0]}@{EMAIL_HOST}"}
    inquiry = write_inquiry(database, f"Ici {NAME}", at=now, **written)
    answer_inquiry(database, anne, request_of(database, inquiry), f"Bonjour {NAME}", by_mail=True, at=now)
    claimed = mail_queue.claim_mail(database, at=now)
    assert claimed
    refusal = f"550 no mailbox {fold(NAME)}"
    mail_queue.mark_failed(database, claimed, MailProblem.RECIPIENT, refusal, lasting=True, at=now)
    letter = NewRequest(RequestKind.LETTER, Sender(contact_id=opened.contact_id), f"Signé : {NAME}", NAME)
    open_reported_request(database, anne, letter, at=now)
    notes.add_note(database, anne, opened.contact_id, f"{NAME} rappellera", at=now)
    base = CardFields.of(get_card_detail(database, opened.contact_id).card)
    change_card(database, anne, opened.contact_id, base=base, wanted=replace(base, organisation=NAME), at=now)
    with database.write() as connection:
        outbox.add_event(connection, outbox.CALL_ENDED, {"number": NUMBER}, now)
    settings.asterisk_spool.mkdir(exist_ok=True)
    (settings.asterisk_spool / "channel-events.csv").write_bytes(
        b"".join(LINE % (kind, now.timestamp(), b"1.1", b"1.1") for kind in (b"CHAN_START", b"HANGUP"))
    )
    settings.write_behind_spool.mkdir(exist_ok=True)
    (settings.write_behind_spool / "refused.jsonl").write_text(json.dumps({"caller": NUMBER}) + "\n")
    (settings.log / "asterisk").mkdir(parents=True, exist_ok=True)
    (settings.log / "asterisk" / "messages").write_text(f"WARNING: something about {NUMBER}\n")
    CelReader(database, CelLog(settings.asterisk_spool / "channel-events.csv", reception.installation.plan)).catch_up()
    return opened.contact_id


def files_with(var: Path, *needles: bytes) -> list[str]:
    """The files below `var` that hold one of the needles. No connection to a SQLite database may be open."""
    return [
        str(file.relative_to(var))
        for file in sorted(var.rglob("*"))
        if file.is_file() and any(needle in file.read_bytes() for needle in needles)
    ]
