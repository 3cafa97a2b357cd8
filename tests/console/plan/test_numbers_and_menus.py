"""Numbers, menus and submenus, and what keys play: made and changed in forms; each mistake is shown at its field."""

import re

import pytest
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS
from plan_section import SEED, PlanSection, confirm_change, form_fields, submit_change

from routing.access.permissions import Role
from routing.plan.parsing import parse_plan
from routing.typed_endings import find_typed_ending


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def save(staff: ConsoleUser, path: str, **changed: str) -> None:
    review = submit_change(staff, path, **changed)
    assert review.status_code == 200, review.text
    assert confirm_change(staff, review).status_code == 303


def refusal(staff: ConsoleUser, path: str, field: str, **changed: str) -> str:
    answer = submit_change(staff, path, **changed)
    assert answer.status_code == 422
    return answer.text.partition(f'id="{field}-error"')[2].partition(">")[2].partition("</p>")[0]


def test_a_special_rate_number_is_made_and_its_price_announced(plan_section: PlanSection, staff: ConsoleUser) -> None:
    price = {"price": "application", "price_text.fr": "Six centimes la minute.", "price_text.en": "Six cents a minute."}
    save(staff, "/plan/new/number", number="08 99 00 00 00", landing="01 99 00 00 01", **price)
    number = parse_plan(plan_section.text).numbers[1]
    assert (number.e164, number.landing_numbers, number.surcharged) == ("+33899000000", ("+33199000001",), True)
    assert number.price_text["en"] == "Six cents a minute." and number.menu == "main"

    save(staff, "/plan/number/+33899000000", price="operator", **{"greeting.fr": "Bonjour."})
    number = parse_plan(plan_section.text).numbers[1]
    assert (number.price_notice_source, number.price_text, number.greeting["fr"]) == ("operator", None, "Bonjour.")
    save(staff, "/plan/number/+33899000000", price="none")
    assert not parse_plan(plan_section.text).numbers[1].surcharged

    save(staff, "/plan/number/+33899000000", do="remove-part")
    assert plan_section.text == SEED


def test_a_number_is_changed_with_all_that_refers_to_it(plan_section: PlanSection, staff: ConsoleUser) -> None:
    site = 'callbacks:\n  sites:\n    - name: www\n      number: "+33199000000"   # of our posters\n'
    plan_section.replace_text(SEED + site)
    save(staff, "/plan/number/+33199000000", number="+33 1 99 00 00 07", landing="0199000007\n01 99 00 00 08")
    plan = parse_plan(plan_section.text)
    assert plan.numbers[0].landing_numbers == ("+33199000007", "+33199000008")
    assert plan.callbacks.sites[0].number == "+33199000007" and "# of our posters" in plan_section.text


NUMBER_MISTAKES = (
    ({"number": ""}, "number", "est à remplir"),
    ({"number": "12 chats"}, "number", "&#39;12 chats&#39; n&#39;est pas un numéro de téléphone"),
    ({"landing": "01 99 00 00 02, bonjour"}, "landing", "&#39;bonjour&#39; n&#39;est pas un numéro de téléphone"),
    ({"landing": "01 99 00 00 00"}, "landing", "01\xa099\xa000\xa000\xa000 est déjà"),
    ({"greeting.en": ""}, "greeting.en", "est à remplir"),
    ({"price": "application"}, "price_text.fr", "est à remplir"),
    ({"menu": "none"}, "menu", "n&#39;est pas possible ici"),
    ({"hours": "none"}, "hours", "n&#39;est pas possible ici"),
    ({"language": "de"}, "language", "n&#39;est pas possible ici"),
)


@pytest.mark.parametrize(("typed", "field", "reason"), NUMBER_MISTAKES)
def test_a_mistake_in_a_number_is_shown_at_its_field(
    staff: ConsoleUser, typed: dict[str, str], field: str, reason: str
) -> None:
    assert reason in refusal(staff, "/plan/new/number", field, **({"number": "0199000002"} | typed))


def test_a_submenu_is_made_from_a_template_and_a_key_leads_to_it(plan_section: PlanSection, staff: ConsoleUser) -> None:
    page = "/plan/new/menu?from=messages"
    assert "Comme « Menu principal »" in staff.get(page).text.replace("\N{NO-BREAK SPACE}", " ")
    save(staff, page, title="Nos messages")
    page = staff.post("/plan/menu/main", form_fields(staff.get("/plan/menu/main")) | {"do": "add"})
    row = {"key-6": "5", "does-6": "menu:nos_messages", "fr-6": "Pour nos messages", "en-6": "For our messages"}
    review = staff.post("/plan/menu/main", form_fields(page) | row | {"do": "review"})
    assert confirm_change(staff, review).status_code == 303
    plan = parse_plan(plan_section.text)
    assert plan.menus["main"].choices[-1].menu == "nos_messages"
    assert [choice.key for choice in plan.menus["nos_messages"].choices] == ["3", "0"]

    assert "la touche étoile ramène au menu précédent" in staff.get("/plan/menu/nos_messages").text
    simulated = staff.get("/plan/call").text
    assert "<kbd>5, 3</kbd>" in simulated and "<kbd>5, étoile</kbd>" in simulated
    refused = submit_change(staff, "/plan/menu/nos_messages", do="remove-part")
    assert refused.status_code == 409 and "touche 5" in refused.text


def test_a_circle_of_menus_is_refused_in_words(plan_section: PlanSection, staff: ConsoleUser) -> None:
    said = refusal(staff, "/plan/menu/main", "does-0", **{"does-0": "menu:main"})
    assert "touche 1" in said and "tourne en rond" in said and "Menu principal" in said


MENU_MISTAKES = (
    ({"key-1": "1"}, "key-1", "La touche 1 est déjà utilisée"),
    ({"key-1": "12"}, "key-1", "&#39;12&#39; n&#39;est pas une touche"),
    ({"key-1": ""}, "key-1", "n&#39;est pas une touche"),
    ({"fr-0": "Pour parler à l'équipe, tapez 1"}, "fr-0", "« tapez 1 » est ajouté automatiquement"),
    ({"en-0": "For the team press the 1 key"}, "en-0", "« press the 1 » est ajouté automatiquement"),
    ({"en-0": ""}, "en-0", "il manque le texte en anglais"),
    ({"first_key_s": "0"}, "first_key_s", "n&#39;est pas un nombre entier"),
    ({"tries": "six"}, "tries", "n&#39;est pas un nombre entier"),
    ({"lost": "goodbye"}, "lost", "ne raccroche jamais"),
    ({"does-0": "menu:none"}, "does-0", "n&#39;est pas possible ici"),
    ({"does-0": "play:none"}, "does-0", "n&#39;est pas"),
    (
        {"wrong-fr-1": "Prenez votre temps.", "wrong-fr-2": "Prenez votre temps."},
        "wrong-fr-1",
        "une pour chaque nouvel essai",
    ),
)


@pytest.mark.parametrize(("typed", "field", "reason"), MENU_MISTAKES)
def test_a_mistake_in_a_menu_is_shown_at_its_field(
    staff: ConsoleUser, typed: dict[str, str], field: str, reason: str
) -> None:
    assert reason in refusal(staff, "/plan/menu/main", field, **typed).replace("\N{NO-BREAK SPACE}", " ")


def test_several_mistakes_are_shown_together(staff: ConsoleUser) -> None:
    answer = submit_change(staff, "/plan/menu/main", **{"key-1": "1", "fr-0": "Tapez 1 pour l'équipe"})
    assert 'id="key-1-error"' in answer.text and 'id="fr-0-error"' in answer.text


def test_the_ending_of_a_sentence_is_shown_behind_its_field(staff: ConsoleUser) -> None:
    page = staff.get("/plan/menu/main").text
    assert "…, press 3.</p>" in page and re.search(r" hidden>…, tapez étoile\.</p>", page)


ENDINGS = (
    *("tapez 5", "Tapez le 5", "appuyez sur la touche 5", "appuyez sur 5", "faites le 5", "composez le 3"),
    *(
        "press 5",
        "press the 5",
        "press the star",
        "dial 0",
        "tapez étoile",
        "pressez la touche dièse",
        "hit 2",
        "tapez *",
    ),
    *("tapez 3 ou 4", "Appuyez sur la touche « 5 »", "push the number 4", "sélectionnez 2", "tapez deux"),
)
NOT_ENDINGS = (
    *("Pour composer le 112", "Pour parler à l'équipe", "Pour les 3 crèches", "To hear today's message"),
    *("Pour la presse", "Pour taper dans le vif", "For the press", "Choose your service", "Pour le 5 rue Exemple"),
)


@pytest.mark.parametrize("text", ENDINGS)
def test_words_that_tell_a_key_are_found(text: str) -> None:
    assert find_typed_ending(f"Pour nous parler, {text}.")


@pytest.mark.parametrize("text", NOT_ENDINGS)
def test_other_words_are_no_ending(text: str) -> None:
    assert find_typed_ending(text) is None


def test_what_a_key_plays_is_made_and_changed(plan_section: PlanSection, staff: ConsoleUser) -> None:
    save(staff, "/plan/new/announcement", title="Horaires des bureaux", max_seconds="60", renew_by="09:30")
    made = parse_plan(plan_section.text).announcements["horaires_des_bureaux"]
    assert (made.max_seconds, made.when_none_valid, f"{made.renew_by:%H:%M}") == (60, "sentence", "09:30")
    assert "Horaires des bureaux" in staff.get("/plan").text
    save(staff, "/plan/announcement/horaires_des_bureaux", approval="second", renew_by="", title="Bureaux")
    changed = parse_plan(plan_section.text).announcements["horaires_des_bureaux"]
    assert (changed.approval, changed.renew_by, changed.title["fr"]) == ("second", None, "Bureaux")
    save(staff, "/plan/announcement/horaires_des_bureaux", do="remove-part")
    assert plan_section.text == SEED


@pytest.mark.parametrize(
    ("typed", "field", "reason"),
    [
        ({"max_seconds": "4"}, "max_seconds", "de 5 à 600"),
        ({"max_seconds": "1,5"}, "max_seconds", "de 5 à 600"),
        ({"renew_by": "9 h"}, "renew_by", "n&#39;est pas une heure"),
        ({"when_none": "never"}, "when_none", "n&#39;est pas"),
        ({"approval": "third"}, "approval", "n&#39;est pas"),
    ],
)
def test_a_mistake_in_a_message_is_shown_at_its_field(
    staff: ConsoleUser, typed: dict[str, str], field: str, reason: str
) -> None:
    assert reason in refusal(staff, "/plan/announcement/daily", field, **typed)


def test_two_people_change_a_menu_at_once(plan_section: PlanSection, staff: ConsoleUser) -> None:
    other = plan_section.console.sign_in(Role.SUPERVISOR)
    mine = form_fields(staff.get("/plan/menu/main")) | {"fr-0": "Pour nous parler", "do": "review"}
    save(other, "/plan/menu/main", title="Accueil", **{"fr-3": "Pour les nouvelles"})
    review = staff.post("/plan/menu/main", mine)
    assert "a enregistré" in review.text
    assert confirm_change(staff, review).status_code == 303
    menu = parse_plan(plan_section.text).menus["main"]
    assert [choice.texts["fr"] for choice in menu.choices[:4:3]] == ["Pour nous parler", "Pour les nouvelles"]
    assert menu.title["fr"] == "Accueil"


FIELDS = (
    ("/plan/menu/main", ("title", "key-0", "does-0", "fr-0", "wrong-fr-1", "tries", "lost")),
    ("/plan/new/number", ("number", "landing", "greeting.fr", "menu", "price", "price_text.fr")),
    ("/plan/new/announcement", ("title", "max_seconds", "renew_by")),
)


@pytest.mark.parametrize(("path", "fields"), FIELDS)
def test_naughty_strings_are_refused_or_written_as_they_are(
    plan_section: PlanSection, staff: ConsoleUser, path: str, fields: tuple[str, ...]
) -> None:
    blank = form_fields(staff.get(path)) | {"do": "review"}
    for place, naughty in enumerate(NAUGHTY_STRINGS):
        field = fields[place % len(fields)]
        answer = staff.post(path, blank | {field: naughty})
        assert answer.status_code in (200, 422), (field, naughty)
        if answer.status_code == 200:
            parse_plan(form_fields(answer)["text"])
