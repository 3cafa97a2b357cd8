"""An agent of one centre reads nothing of another centre and nothing of the house, at no address there is."""

import re
from collections.abc import Iterator, Mapping
from html import unescape

import pytest
from centre_client import CentreApp, CentreUser
from centre_people import add_person, ring
from console_client import ConsoleApp, ConsoleUser
from every_address import fill_addresses, read_document
from flask.testing import FlaskClient
from public_server import new_idempotency_key, serve_public
from sqlalchemy import func, select

from centre.guard import TOKEN
from records import site_keys
from records.actor import command_line_actor
from records.centres import cards, outcomes
from records.centres.card_views import list_views
from records.schema import Contact, Table
from records.site_keys import NO_SITE, OUTCOMES_SCOPE
from records.users.session_cookie import SECRET_KEY
from routing.centres.codes import derive_code
from routing.centres.people import CentreRole

CANARY = "Zwetschgenmus"
CONTACT = "+33639980007"
FOREIGN = f"{7:032x}"
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture
def house(centre: CentreApp) -> CentreApp:
    """Every card, note and person of the house and of the centre `south` says the word."""
    ring(centre.database, 7, centre.now, centre="south", caller=CONTACT)
    add_person(centre.database, centre.now, name=CANARY, email=f"{CANARY.lower()}@south.example", centre="south")
    with centre.database.write() as connection:
        connection.execute(Contact.__table__.update().values(name=CANARY, organisation=CANARY))
    given = outcomes.find_given_call(centre.database, "south", FOREIGN)
    assert given
    outcomes.report_outcome(centre.database, given.handoff_id, "answered", CANARY, by=CANARY, at=centre.now)
    return centre


def addresses(house: CentreApp) -> Iterator[tuple[str, str]]:
    """The method and the address of everything that the pages of centres serve, with what is the other centre's."""
    for rule in house.app.url_map.iter_rules():
        for value in (FOREIGN, "7.1", "7", CANARY, f"{house.now:%Y-%m}"):
            for method in rule.methods & {"GET", "POST"}:
                yield method, _ARGUMENT.sub(value, rule.rule).replace("<path:filename>", "centre.css")


@pytest.mark.parametrize("role", CentreRole)
def test_no_page_of_the_centres_shows_what_is_anothers(house: CentreApp, role: CentreRole) -> None:
    zoe, asked = house.sign_in(role), 0
    assert zoe.account
    for method, path in addresses(house):
        user = house.go_on_as(zoe.account)
        answer = user.get(path) if method == "GET" else user.post(path, code=derive_code(FOREIGN), outcome="answered")
        assert answer.status_code < 500, (method, path)
        assert not shows(answer.data), (method, path)
        asked += 1
    assert asked > 40
    assert list_views(house.database, command_line_actor("test"), "south", limit=9) == ()
    south = cards.list_live_calls(house.database, "south", derive_code(FOREIGN), after=cards.LONGEST_CALL, at=house.now)
    assert [call.reference for call in south] == [FOREIGN]  # it is there to be found


def test_the_figures_of_one_centre_hold_nothing_of_another(house: CentreApp) -> None:
    supervisor = house.sign_in(CentreRole.SUPERVISOR)
    page = " ".join(supervisor.text(f"/figures/{house.now:%Y-%m}").split())
    assert "<dt>Appels envoyés au centre</dt><dd>0</dd>" in page


def test_a_session_of_a_centre_opens_no_page_of_the_console(house: CentreApp) -> None:
    """With the cookie as it is, and with its secret in a cookie that the console itself has signed."""
    console, supervisor = ConsoleApp(house.database), house.sign_in(CentreRole.SUPERVISOR)
    for client in (as_it_is(console, supervisor), signed_by_the_console(console, supervisor)):
        asked = 0
        for rule in console.app.url_map.iter_rules():
            for path in fill_addresses(house.database, rule.rule):
                answer = client.get(path)
                public = answer.status_code == 200 and rule.endpoint in ("static", "health", *OPEN_TO_ANYBODY)
                assert public or answer.status_code in (303, 401, 404, 405), (path, answer.status_code)
                assert not shows(answer.data), path
                asked += 1
        assert asked > 200


OPEN_TO_ANYBODY = ("login.enter_password", "forgotten.ask", "forgotten.answer", "welcome.accept_invitation")


def test_a_session_of_a_centre_does_nothing_in_the_console(house: CentreApp) -> None:
    """Every form, sent with a token that is valid for the cookie, so that it is the session that is refused."""
    console, supervisor = ConsoleApp(house.database), house.sign_in(CentreRole.SUPERVISOR)
    before, asked = count_rows(house), 0
    for client in (as_it_is(console, supervisor), signed_by_the_console(console, supervisor)):
        user = ConsoleUser(client)
        for rule in console.app.url_map.iter_rules():
            if "POST" not in rule.methods or rule.endpoint.split(".")[0] in PUBLIC_FORMS:
                continue
            for path in fill_addresses(house.database, rule.rule):
                answer = user.post(path, {"name": CANARY, "outcome": "answered"})
                assert answer.status_code in (303, 400, 401, 404), (path, answer.status_code)
                assert answer.status_code != 303 or "/login" in (answer.location or ""), (path, answer.location)
                assert not shows(answer.data), path
                asked += 1
    assert asked > 150
    assert count_rows(house) == before


PUBLIC_FORMS = ("login", "forgotten", "welcome")
"""Where somebody without an account of the console may send something: it is about logging in."""


def count_rows(house: CentreApp) -> Mapping[str, int]:
    """Of each table; a look at a page of the centre or a try to log in adds no row here."""
    with house.database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Table.metadata.sorted_tables
        }


def as_it_is(console: ConsoleApp, user: CentreUser) -> FlaskClient:
    client = console.anonymous_user().client
    client.set_cookie("standardiste", user.cookie())
    return client


def signed_by_the_console(console: ConsoleApp, user: CentreUser) -> FlaskClient:
    client = console.anonymous_user().client
    with user.client.session_transaction() as theirs, client.session_transaction() as cookie:
        cookie[SECRET_KEY] = theirs[TOKEN]
    return client


def test_neither_a_session_nor_a_key_of_a_centre_reads_anything_of_the_api(house: CentreApp) -> None:
    zoe = house.sign_in()
    with zoe.client.session_transaction() as cookie:
        session = cookie[TOKEN]
    _, key = site_keys.create_site_key(
        house.database, site_keys.NewKey(NO_SITE, scopes=(OUTCOMES_SCOPE,), label="ACD", centre="north"), at=house.now
    )
    with serve_public(house.database) as program:
        described = program.get("/v1/openapi.json").json()["paths"]
        rules = [path for path, methods in described.items() if "get" in methods]
        for address in (each for rule in rules for each in fill_addresses(house.database, rule)):
            for bearer in (session, key):
                answer = program.get(address, Authorization=f"Bearer {bearer}")
                assert answer.status < 500 and not shows(answer.data), address
                if address.startswith(("/v1/calls", "/v1/contacts", "/v1/requests")):
                    assert answer.status in (401, 403), address


def test_neither_a_session_nor_a_key_of_a_centre_changes_anything_by_the_api(house: CentreApp) -> None:
    """The one thing that its key may do is to say what became of its own calls."""
    zoe = house.sign_in()
    with zoe.client.session_transaction() as cookie:
        session = cookie[TOKEN]
    _, key = site_keys.create_site_key(
        house.database, site_keys.NewKey(NO_SITE, (OUTCOMES_SCOPE,), "ACD", "north"), at=house.now
    )
    with serve_public(house.database) as program:
        described = program.get("/v1/openapi.json").json()["paths"]
        writing = [(verb, path) for path, verbs in described.items() for verb in verbs if verb in WRITING]
        asked = [(verb, path) for verb, rule in writing for path in fill_addresses(house.database, rule)]
        before = count_rows(house)
        for verb, path in asked:
            for bearer in (session, key):
                sent = {"Authorization": f"Bearer {bearer}", "Content_Type": "application/json"}
                sent["Idempotency_Key"] = new_idempotency_key()
                answer = program.send(verb.upper(), path, b'{"outcome": "answered"}', **sent)
                assert 400 <= answer.status < 500, (verb, path, answer.status)
                assert not shows(answer.data), (verb, path)
                is_of_records = path.startswith(("/v1/calls", "/v1/contacts", "/v1/requests"))
                if is_of_records and not (path.endswith("/outcome") and bearer == key):
                    assert answer.status in (401, 403), (verb, path, answer.status)
    assert len(asked) > 10
    assert count_rows(house) == before


WRITING = ("post", "put", "patch", "delete")


def shows(document: bytes) -> bool:
    text = unescape(read_document(document))
    return CANARY in text or "639980007" in re.sub(r"\D", "", text.replace("33639980001", ""))
