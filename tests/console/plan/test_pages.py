"""The plan: shown, edited in forms and as text, saved, merged and restored."""

import html

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import SEED, PlanSection, confirm_change, form_fields, submit_change

from records import changes
from records.actor import command_line_actor
from records.plan import plan_versions
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def test_the_plan_is_shown_as_sentences(staff: ConsoleUser) -> None:
    page = staff.get("/plan").text
    for sentence in (
        "Tous les jours : à toute heure.",
        "« Bonjour, vous êtes bien à l&#39;accueil. Un serveur vocal vous répond. »",
        "Pour parler à l&#39;équipe, tapez 1.",
        "Les jours fériés sont des jours comme les autres.",
        "01 99 00 00 00",
    ):
        assert sentence in page, sentence


def test_the_plan_is_shown_in_english(staff: ConsoleUser) -> None:
    staff.post("/own", {"language": "en"})
    for part in (
        "",
        "/call",
        "/hours/always",
        "/menu/main",
        "/number/+33199000000",
        "/team",
        "/text",
        "/history",
    ):
        assert staff.get(f"/plan{part}").status_code == 200
    page = staff.get("/plan").text
    assert "Every day: at any time." in page and "“Message of the day” lasts 90 s at most." in page
    refused = submit_change(staff, "/plan/team", **{"staff.ring_s": "4"}).text
    assert "is not a whole number of seconds from 5 to 120" in refused


def test_a_greeting_is_edited_reviewed_and_saved(plan_section: PlanSection, staff: ConsoleUser) -> None:
    words = 'Mairie : #{["ici" – à votre écoute]}: & <b>'
    review = submit_change(staff, "/plan/number/+33199000000", **{"greeting.fr": words})
    assert review.status_code == 200 and "Avant d&#39;enregistrer" in review.text
    assert plan_section.text == SEED

    assert confirm_change(staff, review).location == "/plan"

    assert parse_plan(plan_section.text).numbers[0].greeting["fr"] == words
    assert len(set(plan_section.text.splitlines()) ^ set(SEED.splitlines())) == 2
    (written, *_) = changes.list_changes(plan_section.console.database, command_line_actor("test"))
    assert (written.kind, written.subject, written.by) == ("plan.published", "2", staff.user.name)
    assert written.before["lines"].startswith("fr: ") and "Mairie" in written.after["lines"]
    assert "dès le prochain appel" in staff.get("/plan").text


def test_hours_with_breaks_public_holidays_and_special_days(plan_section: PlanSection, staff: ConsoleUser) -> None:
    path = "/plan/hours/always"
    week = {f"{day}-{n}-{edge}": "" for day in ("sat", "sun") for n in (1, 2) for edge in ("from", "to")}
    for day in ("mon", "tue", "wed", "thu", "fri"):
        week |= {f"{day}-1-from": "9h", f"{day}-1-to": "12:30", f"{day}-2-from": "13h30", f"{day}-2-to": "18:00"}
    page = staff.post(path, form_fields(staff.get(path)) | week | {"holidays": "metropolitan", "do": "add"})
    assert page.status_code == 200
    special = {"from-0": "2030-12-24", "to-0": "2031-01-01", "fr-0": "Fermé : fêtes", "en-0": "Closed #1"}
    assert confirm_change(staff, staff.post(path, form_fields(page) | special | {"do": "review"})).status_code == 303
    assert "      mon-fri: 09:00-12:30, 13:30-18:00\n" in plan_section.text

    page = staff.get("/plan").text
    assert "Du lundi au vendredi : de 9\N{NO-BREAK SPACE}h à 12\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30" in page
    assert "Le samedi et le dimanche : fermé." in page and "jours fériés (Métropole)" in page
    assert "Du mardi 24 décembre 2030 au mercredi 1er janvier 2031 : fermé." in page

    review = submit_change(
        staff, path, **{"tue-2-from": "", "tue-2-to": "", "from-0": "", "to-0": "", "fr-0": "", "en-0": ""}
    )
    assert confirm_change(staff, review).status_code == 303
    calendar = parse_plan(plan_section.text).hours["always"]
    assert [len(day) for day in calendar.week] == [2, 1, 2, 2, 2, 0, 0] and not calendar.exceptions


def test_keys_of_a_menu_are_added_moved_and_removed(plan_section: PlanSection, staff: ConsoleUser) -> None:
    path = "/plan/menu/main"
    page = staff.get(path)
    for do in ("remove:3", "down:0", "add"):
        page = staff.post(path, form_fields(page) | {"do": do})
        assert page.status_code == 200
    new = {"key-5": "9", "does-5": "to:voicemail", "fr-5": "Pour laisser un message", "en-5": "To leave a message"}
    new |= {"tries": "4", "lost": "voicemail"}
    refused = staff.post(path, form_fields(page) | new | {"do": "review"})
    assert refused.status_code == 422 and "une pour chaque nouvel essai" in refused.text
    more = {f"{kind}-{language}-3": f"{kind} 3" for kind in ("wrong", "silence") for language in ("fr", "en")}
    assert confirm_change(staff, staff.post(path, form_fields(refused) | more | {"do": "review"})).status_code == 303

    menu = parse_plan(plan_section.text).menus["main"]
    assert [choice.key for choice in menu.choices] == ["2", "1", "3", "0", "*", "9"]
    assert (menu.tries, menu.fallback, menu.wrong_key_reprompts["fr"][2]) == (4, "voicemail", "wrong 3")
    remarks = [line for line in SEED.splitlines() if line.strip().startswith("#")]
    assert [line for line in plan_section.text.splitlines() if line.strip().startswith("#")] == remarks


WRONG = (
    ("team", {"staff.ring_s": "4"}, "staff.ring_s", "n&#39;est pas un nombre entier de 5 à 120"),
    ("team", {"staff.max_wait_s": ""}, "staff.max_wait_s", "est à remplir"),
    ("number/+33199000000", {"greeting.en": "x" * 501}, "greeting.en", "dépasse 500 caractères"),
    ("number/+33199000000", {"greeting.fr": "a\nb"}, "greeting.fr", "une seule ligne simple"),
    ("menu/main", {"key-1": "1"}, "key-1", "La touche 1 est déjà utilisée"),
    ("menu/main", {"key-1": "12"}, "key-1", "n&#39;est pas une touche"),
    ("menu/main", {"en-1": ""}, "en-1", "il manque le texte en anglais"),
    ("menu/main", {"wrong-fr-2": "\u202e"}, "wrong-fr-2", "invisible"),
    ("menu/main", {"does-0": "to:goodbye", "does-4": "repeat:true"}, "", "aucune touche ne mène à une personne"),
    ("hours/always", {"wed-1-to": "25:00"}, "wed-1-to", "la dernière est 24:00"),
    ("hours/always", {"sun-1-from": "lundi"}, "sun-1-from", "n&#39;est pas une heure"),
    ("hours/always", {"from-0": "demain"}, "from-0", "n&#39;est pas une date"),
    ("hours/always", {"from-0": "2030-01-01", "open-0": "9"}, "open-0", "n&#39;est pas un horaire"),
    ("hours/always", {"from-0": "2030-01-01", "fr-0": "seul"}, "en-0", "il manque le texte en anglais"),
)


def test_errors_are_shown_at_their_field(plan_section: PlanSection, staff: ConsoleUser) -> None:
    for path, changed, field, reason in WRONG:
        extra = {f"{name}-0": "" for name in ("from", "to", "open", "fr", "en")} if path.startswith("hours") else {}
        answer = submit_change(staff, f"/plan/{path}", **(extra | changed))
        assert answer.status_code == 422, changed
        said = answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0] if field else answer.text
        assert reason in said, (changed, said)
        for name, value in changed.items():
            assert form_fields(answer)[name] == value
    assert plan_section.text == SEED


NAUGHTY = (
    "<script>alert(1)</script>",
    "'; DROP TABLE plan_version; --",
    '"><img src=x onerror=alert(1)>',
    '": #{[ - &a *b !!int %{x} {y}',
    "\N{ARABIC LETTER ALEF}\N{ARABIC LETTER BEH} \N{HEBREW LETTER ALEF}",
    "👩‍🚒 🏳️‍🌈 𝕿𝖊𝖘𝖙",
    "a\x00b",
    "\u202eevil\u202c",
    "\ufeff\u200b",
    "Ω≈ç√∫˜µ≤≥÷ ﷽ Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "null",
    "~",
    "yes",
    "1e400",
    "\\x41\\u0041\\",
    "{{ 7*7 }}${7*7}",
    "../../etc/passwd",
    "\r\n\x85\u2028",
    "x" * 20_000,
)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("number/+33199000000", ("greeting.fr", "menu")),
        ("menu/main", ("fr-0", "does-0", "wrong-en-1", "tries", "lost")),
        ("menu/main", ("key-0",)),
        ("hours/always", ("from-0", "to-0", "open-0", "fr-0", "mon-1-from", "holidays")),
        ("team", ("staff.ring_s",)),
        ("text", ("text",)),
    ],
)
def test_naughty_strings_are_refused_at_worst(
    plan_section: PlanSection, staff: ConsoleUser, path: str, names: tuple[str, ...]
) -> None:
    page = form_fields(staff.get(f"/plan/{path}")) | {"do": "review"}
    for text in NAUGHTY:
        answer = staff.client.post(f"/plan/{path}", data=page | dict.fromkeys(names, text))
        assert answer.status_code == 422, (text, answer.status_code)
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text and "49$" not in answer.text
    assert plan_section.text == SEED


def test_texts_come_back_unchanged(plan_section: PlanSection, staff: ConsoleUser) -> None:
    for text in [text for text in NAUGHTY if text.isprintable() and len(text) <= 500][:9]:
        changed = {"fr-0": text, "wrong-fr-1": text, "silence-en-2": text}
        review = submit_change(staff, "/plan/menu/main", **changed)
        assert confirm_change(staff, review).status_code == 303, text
        shown = form_fields(staff.get("/plan/menu/main"))
        assert {name: shown[name] for name in changed} == changed


def test_the_full_text_is_edited_and_errors_name_their_line(plan_section: PlanSection, staff: ConsoleUser) -> None:
    assert form_fields(staff.get("/plan/text"))["text"] == SEED
    wrong = SEED.replace("ring_s: 20", "ring_s: soon", 1).replace("lost: staff", "lost: goodbye")
    answer = submit_change(staff, "/plan/text", text=wrong.replace("\n", "\r\n"))
    assert answer.status_code == 422
    for line in (SEED[: SEED.index("ring_s: 20")].count("\n") + 1, SEED[: SEED.index("lost: staff")].count("\n") + 1):
        assert f"Ligne {line} :" in answer.text
    assert form_fields(answer)["text"] == wrong

    assert (
        confirm_change(
            staff, submit_change(staff, "/plan/text", text=SEED.replace("ring_s: 20", "ring_s: 25", 1))
        ).status_code
        == 303
    )
    assert "\r" not in plan_section.text and parse_plan(plan_section.text).staff.ring_s == 25


def test_concurrent_changes_of_different_lines_are_merged(plan_section: PlanSection, staff: ConsoleUser) -> None:
    other = plan_section.console.sign_in(Role.ADMINISTRATOR)
    mine = submit_change(staff, "/plan/team", **{"staff.ring_s": "15"})
    assert confirm_change(other, submit_change(other, "/plan/menu/main", **{"first_key_s": "8"})).status_code == 303

    merged = confirm_change(staff, mine)

    assert merged.status_code == 200 and f"{other.user.name} a enregistré la version 2" in merged.text
    assert parse_plan(plan_section.text).staff.ring_s == 20
    assert confirm_change(staff, merged).status_code == 303
    plan = parse_plan(plan_section.text)
    assert (plan.staff.ring_s, plan.menus["main"].first_key_s) == (15, 8)


def test_concurrent_changes_of_one_line_are_shown_as_a_conflict(plan_section: PlanSection, staff: ConsoleUser) -> None:
    other = plan_section.console.sign_in(Role.ADMINISTRATOR)
    mine = submit_change(staff, "/plan/team", **{"staff.ring_s": "15"})
    assert confirm_change(other, submit_change(other, "/plan/team", **{"staff.ring_s": "30"})).status_code == 303

    conflict = confirm_change(staff, mine)

    assert conflict.status_code == 409 and "Deux changements au même endroit" in conflict.text
    assert (
        parse_plan(form_fields(conflict)["text"]).staff.ring_s == 15
        and parse_plan(plan_section.text).staff.ring_s == 30
    )
    review = staff.post("/plan/text", form_fields(conflict))
    assert confirm_change(staff, review).status_code == 303 and parse_plan(plan_section.text).staff.ring_s == 15


def test_one_click_restores_an_earlier_version(plan_section: PlanSection, staff: ConsoleUser) -> None:
    confirm_change(staff, submit_change(staff, "/plan/team", **{"staff.ring_s": "15"}))
    page = staff.get("/plan/history").text
    assert page.count("/back") == 1 and "Anne" in page and staff.user.name in page
    difference = staff.get("/plan/version/2").text
    assert "Retiré : </span>  ring_s: 20" in difference and "Ajouté : </span>  ring_s: 15" in difference

    late = staff.post("/plan/version/1/back", {"seen": "1"})
    assert (
        late.location == "/plan/history"
        and plan_versions.get_current_version(plan_section.console.database).version == 2
    )
    assert staff.post("/plan/version/1/back", {"seen": "2"}).location == "/plan"

    assert plan_section.text == SEED and plan_versions.get_current_version(plan_section.console.database).version == 3


def test_a_user_who_may_only_see_the_plan_cannot_change_it(plan_section: PlanSection) -> None:
    staff = plan_section.console.sign_in(Role.STAFF)
    page = staff.get("/plan").text
    assert "/plan/menu/main" not in page and "/plan/text" not in page
    assert "/back" not in staff.get("/plan/history").text
    for path in ("/plan/review", "/plan/text", "/plan/version/1/back", "/plan/team"):
        assert staff.post(path, {"text": SEED, "base": "1", "do": "save"}).status_code == 403


def test_one_goes_back_from_the_review_and_corrects_with_everything_typed_kept(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    typed = {"greeting.fr": "Bonjour, et\N{NO-BREAK SPACE}bienvenue.", "greeting.en": "Hello <b>&amp;"}
    review = submit_change(staff, "/plan/number/+33199000000", **typed)
    heard = staff.post("/plan/review", form_fields(review) | {"do": "call"})
    assert form_fields(heard)["origin"] == "/plan/number/+33199000000"
    page = staff.post("/plan/number/+33199000000", form_fields(heard) | {"do": "correct"})
    assert page.status_code == 200
    assert {name: form_fields(page)[name] for name in typed} == typed
    again = staff.post("/plan/number/+33199000000", form_fields(page) | {"greeting.fr": "Bonsoir.", "do": "review"})
    assert confirm_change(staff, again).status_code == 303
    assert parse_plan(plan_section.text).numbers[0].greeting == {"fr": "Bonsoir.", "en": typed["greeting.en"]}


def test_one_goes_back_to_the_version_that_the_form_was_made_for(plan_section: PlanSection, staff: ConsoleUser) -> None:
    other = plan_section.console.sign_in(Role.ADMINISTRATOR)
    review = submit_change(staff, "/plan/number/+33199000000", **{"greeting.fr": "Un."})
    confirm_change(other, submit_change(other, "/plan/menu/main", **{"first_key_s": "8"}))
    merged = confirm_change(staff, review)
    page = staff.post("/plan/number/+33199000000", form_fields(merged) | {"do": "correct"})
    assert (form_fields(page)["base"], form_fields(page)["greeting.fr"]) == ("1", "Un.")
    again = staff.post("/plan/number/+33199000000", form_fields(page) | {"greeting.fr": "Deux.", "do": "review"})
    assert confirm_change(staff, again).status_code == 303
    plan = parse_plan(plan_section.text)
    assert (plan.numbers[0].greeting["fr"], plan.menus["main"].first_key_s) == ("Deux.", 8)


@pytest.mark.parametrize("origin", ["https://example.org/plan/", "/people", "//example.org", '/plan/"><script>'])
def test_the_way_back_leads_to_a_page_of_the_plan_only(staff: ConsoleUser, origin: str) -> None:
    review = form_fields(submit_change(staff, "/plan/number/+33199000000", **{"greeting.fr": "Un."}))
    page = staff.post("/plan/review", review | {"origin": origin, "do": "call"})
    assert form_fields(page)["origin"] == "/plan/text" and 'formaction="/plan/text"' in page.text
    for typed in ("", "[1]", "{", '{"base": 7, "x": {}}'):
        assert staff.post("/plan/number/+33199000000", review | {"typed": typed, "do": "correct"}).status_code in (
            200,
            404,
        )


def test_the_review_says_what_callers_will_notice_and_lets_one_hear_it(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    changed = {"greeting.fr": "Bonjour, et bienvenue."}
    review = submit_change(staff, "/plan/number/+33199000000", **changed)
    said = html.unescape(review.text).replace("\N{NO-BREAK SPACE}", " ")
    assert "Les appelants seront accueillis par : « Bonjour, et bienvenue. »" in said
    assert "Jusqu'ici : « Bonjour, vous êtes bien à l'accueil." in said
    assert 'value="hear:fr:greeting-33199000000"' in review.text and "hear:en:greeting" not in review.text

    heard = staff.post("/plan/review", form_fields(review) | {"do": "hear:fr:greeting-33199000000"})
    name = heard.text.partition('src="/plan/sound/')[2].partition(".wav")[0]
    assert staff.get(f"/plan/sound/{name}.wav").status_code == 200
    for nonsense in ("hear:", "hear:fr:", "hear:fr:../../x", "hear:xx:greeting-33199000000", "hear:fr:nothing"):
        page = staff.post("/plan/review", form_fields(review) | {"do": nonsense})
        assert page.status_code == 200 and "/plan/sound/" not in page.text


def test_a_change_of_remarks_alone_is_noticed_by_nobody(plan_section: PlanSection, staff: ConsoleUser) -> None:
    review = submit_change(staff, "/plan/text", text=f"# one more remark\n{SEED}")
    assert "Personne ne remarquera rien" in review.text
    assert confirm_change(staff, review).status_code == 303 and plan_section.text.startswith("# one more remark")


def test_the_history_and_a_conflict_use_the_same_sentences(plan_section: PlanSection, staff: ConsoleUser) -> None:
    other = plan_section.console.sign_in(Role.ADMINISTRATOR)
    path = "/plan/number/+33199000000"
    mine = submit_change(staff, path, **{"greeting.fr": "Un."})
    confirm_change(other, submit_change(other, path, **{"greeting.fr": "Deux."}))
    conflict = html.unescape(confirm_change(staff, mine).text).replace("\N{NO-BREAK SPACE}", " ")
    assert "seront accueillis par : « Un. »" in conflict and "seront accueillis par : « Deux. »" in conflict
    version = html.unescape(staff.get("/plan/version/2").text).replace("\N{NO-BREAK SPACE}", " ")
    assert "seront accueillis par : « Deux. »" in version
