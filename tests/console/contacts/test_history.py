"""The history of a card in sentences: calls, voicemails with a player, callbacks with each attempt."""

import re
from datetime import timedelta
from html import unescape

from callback_records import VISITOR as LINE
from callback_records import accept_callback, end_attempt, make_callback_request, place_attempt
from console_client import ConsoleApp
from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind
from records.callbacks.attempt_results import AttemptResult
from records.callbacks.callback_request import CallbackChannel
from records.calls import calls, voicemails
from records.inbox import treatment
from records.staff import agents
from routing.access.permissions import Role


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_history_tells_a_call_with_its_keys_who_answered_its_voicemail_and_each_attempt_to_call_back(
    console: ConsoleApp,
) -> None:
    agents.create_sip_accounts(console.database, {"p01": "secret"})
    agents.add_agent(console.database, "Margot", language="fr", at=console.now)
    card = record_call(console.database, "7.1", console.now, LINE).contact_id
    answered = [
        CallEvent(console.now, CallEventKind.KEY, {"key": "3"}),
        CallEvent(console.now, CallEventKind.MESSAGE_HEARD, {"whole": False, "seconds": 12.4}),
        CallEvent(console.now, CallEventKind.KEY, {"key": "0"}),
        CallEvent(console.now, CallEventKind.STAFF_ANSWERED, {"phone": "p01", "waited": 9}),
    ]
    calls.add_events(console.database, "7.1", answered)
    record_call(console.database, "7.2", console.now + timedelta(minutes=1), LINE)
    left = voicemails.save_voicemail(console.database, "7.2", file="x.wav", seconds=5, at=console.now)
    person = make_callback_request(LINE, channel=CallbackChannel.CONSOLE)
    ref = accept_callback(console.database, person, at=console.now + timedelta(minutes=2)).ref
    attempt = place_attempt(console.database, ref, console.now + timedelta(minutes=2))
    end_attempt(console.database, attempt.channel_id, AttemptResult.AGENT_GONE, at=console.now + timedelta(minutes=3))

    def history(role: Role) -> str:
        return console.sign_in(role).get(f"/contacts/{card}").text.partition("Historique")[2]

    told = text_of(history(Role.STAFF))
    assert "A tapé 3 0. Le message a été écouté pendant 12 s. Margot a répondu après 9 s d'attente." in told
    assert re.search(r"Tentative de rappel 1, .*: personne de l'équipe ne l'a pris", told)
    assert "/calls/7.2/voicemail.wav" in history(Role.STAFF)
    assert "Margot a répondu" in text_of(console.sign_in(Role.STAFF).get("/calls/7.1").text)

    mediator = console.add_user(Role.MEDIATOR).actor
    treatment.hand_to_level(console.database, mediator, left.request_id, 3, note=None, at=console.now)
    assert "voicemail.wav" not in history(Role.STAFF) and "voicemail.wav" in history(Role.MEDIATOR)
