"""The search for contacts, and their cards, as pages."""

import re
from datetime import timedelta
from html import unescape

from console_client import ConsoleApp
from named_contacts import describe_contact
from recorded_calls import record_call
from sqlalchemy import insert, update

from records import changes
from records.callbacks.do_not_call import is_do_not_call
from records.calls.calls import close_call
from records.changes import ChangeFilter
from records.contacts.contact_cards import find_cards
from records.contacts.merges import merge_cards
from records.requests.requests import list_open_requests
from records.schema import Consent
from records.schema import User as Users
from records.staff import agents
from routing.access.permissions import Role

ANNE, BASILE = "+33639980001", "+33639980002"


def add_contact(console: ConsoleApp, caller: str = ANNE, name: str = "Anne Lefèvre", ref: str = "1.1") -> int:
    at = console.now - timedelta(minutes=5)
    contact_id = record_call(console.database, ref, at, caller).contact_id
    close_call(console.database, ref, at=at, disposition=None, cause="16")
    return describe_contact(console.database, contact_id, name=name).id


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def form_of(page: str, **typed: str) -> dict[str, str]:
    """The fields of the card's form as a browser sends them, with what is typed."""
    fields = {}
    for name, value in re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page):
        if name.startswith("base_") or name in ("name", "organisation"):
            fields[name] = unescape(value)
    area = re.search(r'<textarea[^>]* name="emails"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL)
    fields |= {"emails": unescape(area[1]) if area else "", "language": ""}
    return fields | typed


def test_a_contact_is_found_with_a_typing_error_and_opened(console: ConsoleApp) -> None:
    contact_id = add_contact(console)
    staff = console.sign_in(Role.STAFF)
    found = staff.get("/contacts", query_string={"q": "lefevre anne"}).text
    assert f'href="/contacts/{contact_id}"' in found and "06 39 98 00 01" in found.replace("\u00a0", " ")
    assert f'href="/contacts/{contact_id}"' in staff.get("/contacts/results?q=ane+lefebvre").text
    assert "Personne ne correspond" in staff.get("/contacts?q=zzz").text
    card = text_of(staff.get(f"/contacts/{contact_id}").text)
    assert "Anne Lefèvre" in card and "Ouvrir l'appel" in card


def test_what_is_written_on_a_card_is_kept_and_logged_without_the_words(console: ConsoleApp) -> None:
    contact_id, staff = add_contact(console, name=""), console.sign_in(Role.STAFF)
    path = f"/contacts/{contact_id}"
    typed = {"name": "Hélène Martin", "organisation": "Mairie", "emails": "a@example.org\r\nB@example.org"}
    assert staff.post(path, form_of(staff.get(path).text, **typed, language="en")).status_code == 303
    [card] = find_cards(console.database, "martin helene")
    assert (card.organisation, card.language, card.emails) == ("Mairie", "en", ("a@example.org", "B@example.org"))
    administrator = console.sign_in(Role.ADMINISTRATOR).user
    assert administrator
    written = ChangeFilter(kinds=("contact.change",))
    entry = changes.list_changes(console.database, administrator.actor, limit=1, wanted=written)[0]
    assert "Martin" not in str(entry) and "example.org" not in str(entry.after)


def test_the_changes_of_a_card_show_what_it_said_to_those_who_may_see_it(console: ConsoleApp) -> None:
    contact_id, staff = add_contact(console), console.sign_in(Role.STAFF)
    path = f"/contacts/{contact_id}"
    assert f"{path}/changes" in staff.get(path).text
    staff.post(path, form_of(staff.get(path).text, name="Anne Martin", emails="a@example.org\r\nb@example.org"))
    staff.post(path, form_of(staff.get(path).text, name="", emails="") | {"language": "en"})
    page = text_of(staff.get(f"{path}/changes").text)
    assert "Name : Anne Lefèvre → Anne Martin".replace("Name", "Nom") in page
    assert "Adresses e-mail : a@example.org, b@example.org → –" in page and "Langue : Anglais" in page
    supervisor = console.sign_in(Role.SUPERVISOR)
    log = text_of(supervisor.get("/changes").text)
    assert "Martin" not in log and "Ce qui a changé : nom" in log
    assert console.sign_in(Role.MESSAGE_EDITOR).get(f"{path}/changes").status_code == 403
    assert staff.get("/contacts/999/changes").status_code == 404


def test_of_two_editors_the_second_is_told_and_loses_nothing(console: ConsoleApp) -> None:
    contact_id = add_contact(console)
    path = f"/contacts/{contact_id}"
    first, second = console.sign_in(Role.STAFF), console.sign_in(Role.SUPERVISOR)
    opened = second.get(path).text
    first.post(path, form_of(first.get(path).text, organisation="Mairie"))
    answer = second.post(path, form_of(opened, name="Anne L."))
    assert answer.status_code == 409
    assert "Mairie" in text_of(answer.text) and form_of(answer.text)["name"] == "Anne L."
    assert second.post(path, form_of(answer.text)).status_code == 303
    [card] = find_cards(console.database, ANNE)
    assert (card.name, card.organisation) == ("Anne L.", None)


def test_an_address_that_is_none_is_refused_at_its_field(console: ConsoleApp) -> None:
    contact_id, staff = add_contact(console), console.sign_in(Role.STAFF)
    path = f"/contacts/{contact_id}"
    answer = staff.post(path, form_of(staff.get(path).text, emails="anne"))
    assert answer.status_code == 422 and "« anne » n'est pas une adresse" in text_of(answer.text)
    answer = staff.post(path, form_of(staff.get(path).text, name="x" * 121))
    assert answer.status_code == 422


def test_a_card_that_was_merged_leads_to_the_card_it_is_part_of(console: ConsoleApp) -> None:
    kept, absorbed = add_contact(console), add_contact(console, BASILE, "Basile", "1.2")
    merge_cards(console.database, kept, absorbed, by="anne", at=console.now)
    staff = console.sign_in(Role.STAFF)
    answer = staff.get(f"/contacts/{absorbed}")
    assert (answer.status_code, answer.location) == (302, f"/contacts/{kept}")
    assert staff.get("/contacts/999").status_code == 404


def test_the_history_of_a_card_goes_on_page_by_page(console: ConsoleApp) -> None:
    contact_id, staff = add_contact(console), console.sign_in(Role.STAFF)
    for number in range(64):
        record_call(console.database, f"2.{number}", console.now - timedelta(hours=number), ANNE)
    link, seen = f"/contacts/{contact_id}", []
    while link:
        page = staff.get(link).text
        seen += re.findall(r'href="/calls/(2\.\d+|1\.1)"', page)
        older = re.search(r'href="([^"]*before=[^"]+)"', page)
        link = older[1] if older else ""
    assert len(seen) == len(set(seen)) == 65


def test_who_may_not_see_contacts_finds_none(console: ConsoleApp) -> None:
    contact_id = add_contact(console)
    stranger = console.sign_in(Role.MESSAGE_EDITOR)
    for path in ("/contacts?q=anne", "/contacts/results?q=anne", f"/contacts/{contact_id}"):
        assert stranger.get(path).status_code == 403


def test_a_person_is_called_back_from_their_card(console: ConsoleApp) -> None:
    console.connect_trunk()
    staff, page = console.sign_in(Role.STAFF), f"/contacts/{add_contact(console)}"
    assert "Le rappel est dans la file" in text_of(
        staff.post(f"{page}/call-back", {"line": ANNE}, follow_redirects=True).text
    )
    assert [each.line for each in list_open_requests(console.database)] == [ANNE]
    foreign = staff.post(f"{page}/call-back", {"line": "+33639980009"}, follow_redirects=True).text
    assert "Aucun rappel ne peut être passé" in text_of(foreign)


def test_an_agent_who_calls_back_reads_that_their_own_telephone_rings_first(console: ConsoleApp) -> None:
    console.connect_trunk()
    agents.create_sip_accounts(console.database, {"p01": "secret"})
    agent = agents.add_agent(console.database, "Margot", language="fr", at=console.now)
    other, staff = console.sign_in(Role.STAFF), console.sign_in(Role.STAFF)
    assert staff.user
    with console.database.write() as connection:
        connection.execute(update(Users).where(Users.id == staff.user.id).values(agent_id=agent.id))
    page, before = f"/contacts/{add_contact(console)}", "fait d'abord sonner votre téléphone"
    assert before in text_of(staff.get(page).text) and before not in text_of(other.get(page).text)
    answer = text_of(staff.post(f"{page}/call-back", {"line": ANNE}, follow_redirects=True).text)
    assert "Votre téléphone sonne" in answer and "une personne de l'équipe rappellera" in answer
    again = text_of(staff.post(f"{page}/call-back", {"line": ANNE}, follow_redirects=True).text)
    assert "il n'y en a pas de second" in again and "Votre téléphone sonne" not in again


def test_a_number_goes_on_the_do_not_call_list_with_how_it_was_asked_and_comes_off_again(console: ConsoleApp) -> None:
    console.connect_trunk()
    staff, page = console.sign_in(Role.SUPERVISOR), f"/contacts/{add_contact(console)}"
    listed = f"{page}/do-not-call"
    assert "Rien n'a changé" in text_of(staff.post(listed, {"line": ANNE}, follow_redirects=True).text)
    assert "il n'est plus rappelé" in text_of(
        staff.post(listed, {"line": ANNE, "source": "letter"}, follow_redirects=True).text
    )
    assert "Ne pas appeler" in text_of(staff.get(page).text) and f"{page}/call-back" not in staff.get(page).text
    assert is_do_not_call(console.database, ANNE)
    assert staff.post(listed, {"line": "+33639980009", "source": "letter"}).status_code == 404
    staff.post(listed, {"line": ANNE, "do": "remove"})
    assert not is_do_not_call(console.database, ANNE)
    assert staff.user
    logged = changes.list_changes(console.database, staff.user.actor)
    assert [change.kind for change in logged if change.kind.startswith("do_not_call")] == [
        "do_not_call.remove",
        "do_not_call.add",
    ]
    assert ANNE[3:] not in repr(logged)


def test_people_who_share_a_number_have_cards_of_their_own_and_a_call_is_given_to_one_of_them(
    console: ConsoleApp,
) -> None:
    staff, anne = console.sign_in(Role.STAFF), add_contact(console)
    added = staff.post(f"/contacts/{anne}/people", {"line": ANNE, "name": "Basile Lefèvre"})
    assert added.status_code == 303 and added.location != f"/contacts/{anne}"
    assert "Partagé avec Anne Lefèvre" in text_of(staff.get(added.location).text)
    basile = int(added.location.rpartition("/")[2])
    assert "Qui a appelé ?" in text_of(staff.get("/calls/1.1").text)
    staff.post("/calls/1.1/caller", {"contact": str(basile)})
    assert "Ouvrir l'appel" in text_of(staff.get(f"/contacts/{basile}").text)
    assert "Ouvrir l'appel" not in text_of(staff.get(f"/contacts/{anne}").text)
    assert [card.name for card in find_cards(console.database, "basile")] == ["Basile Lefèvre"]


def test_a_call_is_given_to_nobody_who_does_not_have_its_number(console: ConsoleApp) -> None:
    staff, anne = console.sign_in(Role.STAFF), add_contact(console)
    other = add_contact(console, BASILE, "Basile Martin", "1.2")
    assert staff.post("/calls/1.1/caller", {"contact": str(other)}).status_code == 404
    assert staff.post(f"/contacts/{anne}/people", {"line": BASILE, "name": "Claude"}).status_code == 404
    for name in ("", "x" * 121):
        refused = staff.post(f"/contacts/{anne}/people", {"line": ANNE, "name": name}, follow_redirects=True)
        assert "Rien n'a changé" in text_of(refused.text)
    assert "Qui a appelé" not in text_of(staff.get("/calls/1.1").text)


def test_a_note_stands_in_the_history_with_its_author_and_not_in_the_change_log(console: ConsoleApp) -> None:
    staff, page = console.sign_in(Role.SUPERVISOR), f"/contacts/{add_contact(console)}"
    assert staff.user
    for empty in (" ", "x" * 2001):
        assert "Rien n'a changé" in text_of(staff.post(f"{page}/notes", {"note": empty}, follow_redirects=True).text)
    shown = staff.post(f"{page}/notes", {"note": "Préfère <b>le soir</b>"}, follow_redirects=True).text
    assert "Préfère &lt;b&gt;le soir" in shown and f"Note de {staff.user.name}" in text_of(shown)
    logged = changes.list_changes(console.database, staff.user.actor)
    assert "contact.note" in [change.kind for change in logged] and "le soir" not in repr(logged)
    assert "Préfère" in staff.get(page).text


def test_consents_are_shown_with_their_text_time_and_source(console: ConsoleApp) -> None:
    contact_id = add_contact(console)
    given = {"purpose": "campaigning", "text_version": "2030-01", "source": "web:www", "given_at": console.now}
    with console.database.write() as connection:
        connection.execute(insert(Consent).values(contact_id=contact_id, **given))
    card = text_of(console.sign_in(Role.STAFF).get(f"/contacts/{contact_id}").text)
    assert "Recevoir des nouvelles · donné le lundi 4 mars 2030" in card and "Texte 2030-01, web:www" in card
