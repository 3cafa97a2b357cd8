"""People of a centre log in; nobody sees anything before."""

import pyotp
import pytest
from centre_client import CentreApp
from centre_people import PASSWORD, add_person
from page_markup import markup_faults

from centre.guard import LoginStage
from records.actor import command_line_actor
from records.centres import accounts
from records.centres.accounts import NewAccount
from records.database.engine import Database
from routing.centres.people import CentreRole


def test_somebody_begins_with_a_link_and_a_password(centre: CentreApp) -> None:
    new = NewAccount("Zoé", "zoe@centre.example", CentreRole.AGENT, "fr")
    (issued,) = accounts.add_accounts(centre.database, command_line_actor("test"), "north", [new], at=centre.now)
    zoe = centre.stranger()
    assert markup_faults(zoe.text(f"/welcome/{issued.secret}")) == []
    assert zoe.post(f"/welcome/{issued.secret}", password="court").status_code == 422
    answer = zoe.post(f"/welcome/{issued.secret}", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Nord" in zoe.text("/")
    assert centre.stranger().get(f"/welcome/{issued.secret}").status_code == 404


def test_a_link_to_a_card_leads_there_after_the_login(centre: CentreApp) -> None:
    add_person(centre.database, centre.now)
    zoe = centre.stranger()
    assert zoe.get("/calls/abc").location == "/login"
    assert zoe.post("/login", email="zoe@centre.example", password="faux").status_code == 403
    answer = zoe.post("/login", email="zoe@centre.example", password=PASSWORD)
    assert answer.location == "/calls/abc"


def test_a_second_factor_is_set_up_and_asked_for_where_others_reach_the_pages(
    database: Database, centre: CentreApp
) -> None:
    guarded = CentreApp(database, centre.now, needs_second_factor=True)
    add_person(database, centre.now)
    zoe = guarded.stranger()
    zoe.post("/login", email="zoe@centre.example", password=PASSWORD)
    assert zoe.get("/").location == "/login/second-factor"
    page = zoe.text("/login/second-factor")
    key = page.partition("<code>")[2].partition("</code>")[0].replace(" ", "")
    assert zoe.post("/login/second-factor", code="000000").status_code == 422
    code = pyotp.TOTP(key).at(guarded.now)
    assert zoe.post("/login/second-factor", code=code).location == "/"
    assert zoe.get("/").status_code == 200

    guarded.advance_clock(minutes=1)
    again = guarded.stranger()
    again.post("/login", email="zoe@centre.example", password=PASSWORD)
    assert again.get("/").location == "/login/code"
    assert again.get("/login/second-factor").location == "/login/code"  # a password alone does not replace it
    assert again.post("/login/code", code=code).status_code == 403
    assert again.post("/login/code", code=pyotp.TOTP(key).at(guarded.now)).location == "/"
    assert again.get("/").status_code == 200
    assert again.post("/logout").location == "/login"
    assert again.get("/").location == "/login"


def test_every_page_redirects_to_the_login_without_a_session(centre: CentreApp) -> None:
    open_to_anybody = set()
    for url in centre.app.url_map.iter_rules():
        stage = centre.app.view_functions[url.endpoint].access_rule.stage
        if stage is LoginStage.PUBLIC:
            open_to_anybody.add(url.endpoint)
            continue
        path = url.rule.replace("<reference>", "x").replace("<month>", "2030-01")
        for method in url.methods & {"GET", "POST"}:
            stranger = centre.stranger()
            answer = stranger.get(path) if method == "GET" else stranger.post(path)
            assert (answer.status_code, answer.location) == (303, "/login"), (method, path)
    assert open_to_anybody == {*("static", "health", "account.enter_password", "account.log_in", "account.accept_link")}


def test_a_form_without_the_token_changes_nothing(centre: CentreApp) -> None:
    zoe = centre.sign_in()
    for path in ("/", "/calls/x", "/logout", "/display"):
        assert zoe.client.post(path, data={"code": "1234"}).status_code == 400
    assert zoe.get("/").status_code == 200


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_language_and_the_colours_are_the_persons(centre: CentreApp, language: str) -> None:
    zoe = centre.sign_in()
    zoe.post("/display", language=language, theme="dark")
    page = zoe.text("/")
    assert f'<html lang="{language}" data-theme="dark">' in page
    assert ("Code de l'appel" if language == "fr" else "Code of the call") in page.replace("&#39;", "'")


def test_an_account_that_is_closed_is_out_at_once(centre: CentreApp) -> None:
    zoe = centre.sign_in()
    assert zoe.account and zoe.get("/").status_code == 200
    accounts.close_account(centre.database, command_line_actor("test"), zoe.account.id, at=centre.now)
    assert zoe.get("/").location == "/login"
