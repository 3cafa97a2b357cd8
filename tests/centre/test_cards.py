"""An agent of a centre opens the card of a call, says what became of it, and passes it on."""

import re
from datetime import timedelta

from centre_client import CentreApp
from centre_people import end, ring, tell
from page_markup import markup_faults

from records.actor import command_line_actor
from records.call_events import CallEventKind
from records.centres import card_views, cards, outcomes
from records.requests.requests import list_open_requests
from records.schema import Contact
from routing.centres.codes import derive_code

TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
ODD = ("", "12", "12345", "abcd", "١٢٣٤", "1 2", "-123")


def test_an_agent_types_the_code_and_reads_the_card(centre: CentreApp) -> None:
    reference = ring(centre.database, 1, centre.now)
    with centre.database.write() as connection:
        connection.execute(Contact.__table__.update().values(name="Jeanne Lefebvre"))
    zoe = centre.sign_in()

    answer = zoe.post("/", code=derive_code(reference))

    assert (answer.status_code, answer.location) == (303, f"/calls/{reference}?by=code")
    page = zoe.text(answer.location)
    for shown in ("Jeanne Lefebvre", "40 s", "Demandez le numéro du dossier.", "<kbd>1</kbd>"):
        assert shown in page, shown
    assert "639980001" not in page.replace(" ", "") and "+33" not in page
    assert markup_faults(page) == []
    (view,) = card_views.list_views(centre.database, command_line_actor("test"), "north", limit=9)
    assert (view.by, view.found_by) == ("Zoé 1", "code")


def test_five_wrong_codes_lock_for_a_stated_time_and_another_agent_goes_on(centre: CentreApp) -> None:
    right = derive_code(ring(centre.database, 1, centre.now))
    wrong = f"{(int(right) + 1) % 10_000:04}"
    zoe, other = centre.sign_in(), centre.sign_in()
    assert [zoe.post("/", code=wrong).status_code for _ in range(5)] == [404] * 5

    locked = zoe.post("/", code=right)

    assert locked.status_code == 429
    assert "Réessayez dans 15 minutes" in locked.text.replace("\N{NO-BREAK SPACE}", " ")
    assert other.post("/", code=right).status_code == 303
    centre.advance_clock(minutes=15)
    assert zoe.post("/", code=right).status_code == 303


def test_what_is_no_code_is_no_try(centre: CentreApp) -> None:
    zoe = centre.sign_in()
    assert {zoe.post("/", code=typed).status_code for typed in ("", "12", "12345", "abcd", "١٢٣٤", "1 2", "-123")} == {
        422
    }
    reference = ring(centre.database, 1, centre.now)
    code = derive_code(reference)
    assert zoe.post("/", code=f" {code[:2]} {code[2:]} ").status_code == 303


def test_unknown_foreign_and_closed_cards_are_the_same_page(centre: CentreApp) -> None:
    foreign, over = ring(centre.database, 1, centre.now, centre="south"), ring(centre.database, 2, centre.now)
    end(centre.database, 2, centre.now)
    zoe = centre.sign_in()
    centre.advance_clock(minutes=5)
    pages = [zoe.get(f"/calls/{reference}") for reference in (foreign, over, "0" * 32, "x")]
    posts = [zoe.post(f"/calls/{reference}", outcome="answered") for reference in (foreign, over, "0" * 32)]
    assert {page.status_code for page in (*pages, *posts)} == {404}
    assert len({TOKEN.sub("", page.text) for page in (*pages, *posts)}) == 1
    assert zoe.post("/", code=derive_code(foreign)).status_code == 404


def test_an_agent_says_what_became_of_the_call_and_corrects_it(centre: CentreApp) -> None:
    reference = ring(centre.database, 1, centre.now)
    tell(centre.database, 1, centre.now, CallEventKind.CENTRE_ANSWERED)
    zoe = centre.sign_in()
    assert zoe.post(f"/calls/{reference}", outcome="nothing").status_code == 303
    centre.advance_clock(seconds=20)
    assert zoe.post(f"/calls/{reference}", outcome="answered", note="Il rappellera.").status_code == 303

    given = outcomes.find_given_call(centre.database, "north", reference)
    assert given
    with centre.database.read() as connection:
        told = outcomes.list_outcomes_in(connection, None, ("1.1",))
    assert [(each.outcome, each.note, each.by) for each in told] == [
        ("nothing", None, "Zoé 1"),
        ("answered", "Il rappellera.", "Zoé 1"),
    ]
    assert list_open_requests(centre.database) == ()


def test_a_call_goes_to_level_2_with_its_note(centre: CentreApp) -> None:
    reference = ring(centre.database, 1, centre.now)
    zoe = centre.sign_in()
    refused = zoe.post(f"/calls/{reference}", outcome="answered", level2="yes")
    assert refused.status_code == 422 and "faire l'organisation" in refused.text.replace("’", "'").replace("&#39;", "'")
    assert zoe.post(f"/calls/{reference}", outcome="answered", note="Veut le B12.", level2="yes").status_code == 303
    (made,) = list_open_requests(centre.database)
    assert (made.level, made.call_ref, made.subject) == (2, "1.1", "Transmis par Nord")
    assert "transmis" in zoe.text(f"/calls/{reference}")


def test_an_outcome_that_the_contract_does_not_name_is_refused_and_nothing_typed_is_lost(centre: CentreApp) -> None:
    reference = ring(centre.database, 1, centre.now)
    zoe = centre.sign_in()
    answer = zoe.post(f"/calls/{reference}", outcome="passed_on", note="Déjà <b>écrit</b>")
    assert answer.status_code == 422
    assert "Déjà &lt;b&gt;écrit&lt;/b&gt;" in answer.text
    assert markup_faults(answer.text) == []


def test_two_calls_with_one_code_are_told_apart_by_their_time(centre: CentreApp) -> None:
    by_code: dict[str, int] = {}
    for number in range(1, 10_000):
        code = derive_code(f"{number:032x}")
        if code in by_code:
            break
        by_code[code] = number
    ring(centre.database, by_code[code], centre.now)
    ring(centre.database, number, centre.now - timedelta(minutes=3), caller=None)
    page = centre.sign_in().post("/", code=code)
    assert page.status_code == 200
    assert page.text.count("/calls/") == 2 and markup_faults(page.text) == []


def test_after_the_contract_nothing_is_shown(centre: CentreApp) -> None:
    centre.now = centre.now.replace(year=2036)
    reference = ring(centre.database, 1, centre.now)
    zoe = centre.sign_in()
    assert zoe.get(f"/calls/{reference}").status_code == 404
    assert zoe.post("/", code=derive_code(reference)).status_code == 404
    assert cards.list_live_calls(
        centre.database, "north", derive_code(reference), after=timedelta(minutes=5), at=centre.now
    )
