"""A call to an overflow centre whose agent hears its code, opens its card in a browser, and says what became of it."""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import child_processes
import overflow_centres as numbers
import ports
import pytest
from browser import TIMEOUT_MS, chromium
from centre_people import PASSWORD, add_person
from overflow_centres import OverflowCentres
from plan_variants import plan_with, temporary_plan
from reception import Reception, prompts_heard, wait_for
from sqlalchemy import select

from caller.pcm import read_wav
from caller.phone import CallerId
from caller.scripted_call import Hangup, Press, RunAction, WaitUntil
from records.centres import outcomes
from records.schema import Handoff
from routing.centres.codes import derive_code
from standardiste.parts.web_server import is_healthy
from standardiste.settings import CHECKOUT

GREETING = "greeting-33199000000"
SPEAKING = "tone:500"
LOUD = 500  # of 32,767


@pytest.fixture
def publish(reception_with_centres: Reception, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    with temporary_plan(reception_with_centres, tmp_path) as publish:
        yield publish


@contextmanager
def serving_centres(reception: Reception) -> Iterator[str]:
    """The pages of centres, as a process of this reception."""
    port = ports.free()
    url = f"http://127.0.0.1:{port}"
    with (reception.settings.log / "centre.log").open("ab") as log:
        process = child_processes.start(
            [sys.executable, "-m", "standardiste", "serve-centre"],
            env=os.environ | reception.environment | {"STANDARDISTE_CENTRE_PORT": str(port)},
            cwd=CHECKOUT,
            stderr=log,
        )
    try:
        wait_for(lambda: is_healthy(url), "the pages of centres to answer", 30)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def find_answered(reception: Reception) -> str | None:
    """The reference of the hand-off that the centre c1 has answered."""
    with reception.database.read() as connection:
        return connection.scalar(
            select(Handoff.reference).where(Handoff.centre == "c1", Handoff.answered_at.is_not(None))
        )


@pytest.mark.long
def test_an_agent_hears_the_code_and_says_what_became_of_the_call(
    reception_with_centres: Reception, overflow_centres: OverflowCentres, publish: Callable[[str], None]
) -> None:
    reception, now, saved = reception_with_centres, datetime.now(UTC), Event()
    zoe = add_person(reception.database, now, centre="c1")
    centre = f'    - {{name: c1, number: "{numbers.LISTENS}", ring_s: 5, contract: {{code: spoken}}}}'
    publish(plan_with(overflow="\n".join(["  rules: [{when: nobody-logged-in}]", "  centres:", centre])))
    with serving_centres(reception) as url, chromium() as browser, ThreadPoolExecutor(1) as telephone:
        page = browser.new_context(base_url=url, locale="fr").new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.goto("/")
        page.get_by_label("Adresse e-mail").fill(zoe.email)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_label("Code de l'appel").wait_for()
        call = telephone.submit(
            reception.call,
            Press(keys="0", during=GREETING),
            WaitUntil(during=SPEAKING),
            RunAction(action=lambda: saved.wait(60)),
            Hangup(),
            caller=CallerId("+33639980883"),
        )
        wait_for(lambda: find_answered(reception), "the centre to answer", 30)
        reference = find_answered(reception)
        assert reference
        page.get_by_label("Code de l'appel").fill(derive_code(reference))
        page.keyboard.press("Enter")
        page.get_by_label("Réponse donnée").check()
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        page.get_by_role("status").wait_for()
        saved.set()
        page.context.close()
        story = call.result(60)

    assert story.missed_steps == (), str(story)
    assert prompts_heard(story) == [GREETING]  # what the agent hears is not for the caller
    received = overflow_centres.received_calls()[-1]
    code = derive_code(received.reference)
    assert (received.reference, received.name) == (reference, code)
    loud = sum(abs(int(sample)) > LOUD for sample in read_wav(overflow_centres.heard))
    assert loud > 2000  # samples, a quarter of a second: the caller said nothing, so this was the code
    record = reception.wait_for_call_detail("+33639980883")
    with reception.database.read() as connection:
        (told,) = outcomes.list_outcomes_in(connection, None, (record.call.ref,))
    assert (told.outcome, told.by) == ("answered", "Zoé Agent")


@pytest.mark.long
def test_a_centre_gets_no_more_calls_at_once_than_agreed(
    reception_with_centres: Reception, overflow_centres: OverflowCentres, publish: Callable[[str], None]
) -> None:
    one = f'    - {{name: c1, number: "{numbers.ANSWERS_WITH_TONE}", ring_s: 5, contract: {{capacity: 1}}}}'
    other = "    - {name: c2, sip: away, ring_s: 5}"
    publish(plan_with(overflow="\n".join(["  rules: [{when: nobody-logged-in}]", "  centres:", one, other])))
    steps = (Press(keys="0", during=GREETING), Hangup(during=SPEAKING, into_s=6))
    before = len(overflow_centres.received_calls())
    with ThreadPoolExecutor(2) as telephones:
        first = telephones.submit(reception_with_centres.call, *steps, caller=CallerId("+33639980881"))
        wait_for(lambda: len(overflow_centres.received_calls()) > before, "the first call to arrive", 30)
        second = telephones.submit(reception_with_centres.call, *steps, caller=CallerId("+33639980882"))
        assert [call.result(60).missed_steps for call in (first, second)] == [(), ()]
    arrived = [call.called for call in overflow_centres.received_calls()[before:]]
    assert arrived == [numbers.ANSWERS_WITH_TONE, "s"]
    record = reception_with_centres.wait_for_call_detail("+33639980882")
    assert [event.detail["reason"] for event in record.events if event.kind == "centre_failed"] == ["full"]
