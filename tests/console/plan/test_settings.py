"""The settings of the plan, changed in forms."""

import html
import re
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS
from plan_section import SEED, PlanSection, confirm_change, form_fields, submit_change
from werkzeug.test import TestResponse

from records import changes, site_keys
from records.actor import command_line_actor
from routing.access.permissions import Role
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan

PAGES = (
    *("/team", "/waiting", "/overflow", "/overflow/rules", "/callbacks", "/callbacks/limits", "/sites", "/new/site"),
    *("/sites/www", "/organisation", "/staff-line", "/retention", "/place"),
    *("/requests", "/requests/outcomes"),
)


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def remarks(text: str) -> list[str]:
    """The lines that only explain."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line.startswith("# ") and not re.match(r"# +[\w-]+:|# +- ", line)]


def save(plan_section: PlanSection, staff: ConsoleUser, path: str, **changed: str) -> Plan:
    """The plan after this form was changed, reviewed and saved; every remark of the text is still there."""
    before = remarks(plan_section.text)
    review = submit_change(staff, f"/plan{path}", **changed)
    assert review.status_code == 200, review.text
    assert confirm_change(staff, review).status_code == 303
    assert set(before) <= set(remarks(plan_section.text))
    return parse_plan(plan_section.text)


def test_every_form_is_reached_from_the_plan_by_one_click_and_changes_nothing_as_it_is(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    overview = staff.get("/plan").text
    for path in PAGES:
        page = staff.get(f"/plan{path}")
        assert page.status_code == 200, path
        assert f'href="/plan{path}"' in overview or f'href="/plan{path}"' in staff.get("/plan/sites").text, path
        if path not in ("/sites", "/new/site", "/overflow/rules", "/sites/www"):
            review = submit_change(staff, f"/plan{path}")
            assert review.status_code == 200 and "Rien ne change" in review.text, path
    assert plan_section.text == SEED


def test_the_team_takes_turns_otherwise_and_ranks_wait(plan_section: PlanSection, staff: ConsoleUser) -> None:
    plan = save(
        plan_section,
        staff,
        "/team",
        **{
            "staff.strategy": "ringall",
            "staff.ring_s": "25",
            "staff.relax.2": "30",
            "staff.relax.other-languages": "60",
        },
    )
    assert (plan.staff.strategy, plan.staff.ring_s) == ("ringall", 25)
    assert [(step.level, step.after_s) for step in plan.staff.escalation] == [(2, 30), (4, 60)]
    page = staff.get("/plan/team").text
    assert "personne n&#39;est mis en pause" in page
    assert form_fields(staff.get("/plan/team"))["staff.relax.other-languages"] == "60"
    plan = save(plan_section, staff, "/team", **{"staff.relax.2": "", "staff.relax.other-languages": ""})
    assert plan.staff.escalation == ()


def test_waiting_and_retention(plan_section: PlanSection, staff: ConsoleUser) -> None:
    plan = save(plan_section, staff, "/waiting", **{"waiting.offer_every_s": "45", "while_choosing": "repeat"})
    assert (plan.waiting.offer_every_s, plan.while_choosing) == (45, "repeat")
    assert "les choix une seconde fois" in staff.get("/plan").text
    plan = save(plan_section, staff, "/retention", **{"retention.reception": "200"})
    assert (plan.retention.reception, plan.retention.callback) == (200, 90)
    assert "\nretention:\n  reception: 200 " in plan_section.text
    assert "\n#   voicemail: 365" in plan_section.text and plan_section.text.count("retention:\n") == 1


def test_callbacks_and_their_limits(plan_section: PlanSection, staff: ConsoleUser) -> None:
    fields = {"callbacks.first": "visitor", "callbacks.retry_after_min": "5 30", "callbacks.ranges.belgium": "yes"}
    plan = save(plan_section, staff, "/callbacks", **fields)
    assert (plan.callbacks.first, plan.callbacks.retry_after_min) == ("visitor", (5, 30))
    assert plan.callbacks.ranges == ("metropolitan", "belgium")
    plan = save(plan_section, staff, "/callbacks", **{"callbacks.attempts": "1"})
    assert "sans effet" in staff.get("/plan/callbacks").text
    plan = save(plan_section, staff, "/callbacks/limits", **{"callbacks.limits.euros_day": "20"})
    assert (plan.callbacks.limits.euros_day, plan.callbacks.limits.number_day) == (20, 2)
    assert plan_section.text.count("callbacks:") == 1


def test_the_organisation_and_the_staff_line(plan_section: PlanSection, staff: ConsoleUser) -> None:
    assert "ne savent pas à qui écrire" in staff.get("/plan/organisation").text
    name = {"organisation.name.fr": "Mairie d’Exemple", "organisation.name.en": "Exemple town hall"}
    plan = save(plan_section, staff, "/organisation", **name, **{"organisation.privacy_email": "dpo@mairie.example"})
    assert plan.organisation.name["fr"] == "Mairie d’Exemple" and plan.organisation.can_be_written_to
    assert "ne savent pas à qui écrire" not in staff.get("/plan/organisation").text
    plan = save(plan_section, staff, "/organisation", **dict.fromkeys(name, ""))
    assert not plan.organisation.name and plan.organisation.privacy_email == "dpo@mairie.example"

    plan = save(plan_section, staff, "/staff-line", staff_line="+33 (0)1 99 00 00 09")
    assert plan.staff_line == "+33199000009"
    assert form_fields(staff.get("/plan/staff-line"))["staff_line"] == "01 99 00 00 09"
    assert save(plan_section, staff, "/staff-line", staff_line="").staff_line is None


def test_a_name_by_language_alone_as_older_plans_have_it_is_changed(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    older = SEED.replace("country: FR", "country: FR\norganisation: {fr: Mairie, en: Town hall}   # since 2029\n")
    confirm_change(staff, submit_change(staff, "/plan/text", text=older))
    assert form_fields(staff.get("/plan/organisation"))["organisation.name.en"] == "Town hall"
    plan = save(plan_section, staff, "/organisation", **{"organisation.privacy_address": "1 place"})
    assert plan.organisation.name == {"fr": "Mairie", "en": "Town hall"}
    assert plan.organisation.privacy_address == "1 place" and "# since 2029" in plan_section.text


def rows(staff: ConsoleUser, path: str, *presses: str) -> dict[str, str]:
    """The fields of a form after these buttons of its rows were pressed."""
    fields = form_fields(staff.get(f"/plan{path}"))
    for do in presses:
        page = staff.post(f"/plan{path}", {**fields, "do": do})
        assert page.status_code == 200
        fields = form_fields(page)
    return fields


def send(staff: ConsoleUser, path: str, fields: dict[str, str]) -> TestResponse:
    return staff.post(f"/plan{path}", {**fields, "do": "review"})


def test_an_overflow_centre_and_a_rule_are_added_and_removed(plan_section: PlanSection, staff: ConsoleUser) -> None:
    assert "Ajoutez d&#39;abord un centre" in staff.get("/plan/overflow/rules").text
    fields = rows(staff, "/overflow", "add", "add")
    fields |= {"title-0": "Centre d’appels Nord", "number-0": "01 99 00 00 50"}
    fields |= {"title-1": "Renfort", "number-1": "+33 1 99 00 00 51", "ring-1": "30"}
    assert confirm_change(staff, send(staff, "/overflow", fields)).status_code == 303
    first, second = parse_plan(plan_section.text).overflow.centres
    assert (first.name, first.number, first.ring_s) == ("centre_dappels_nord", "+33199000050", 20)
    assert (second.name, second.number, second.ring_s) == ("renfort", "+33199000051", 30)
    assert "caller_id: " not in plan_section.text.replace("#       caller_id", "")

    fields = rows(staff, "/overflow/rules", "add") | {"when-0": "waiting-above", "value-0": "10"}
    assert confirm_change(staff, send(staff, "/overflow/rules", fields)).status_code == 303
    assert [(rule.trigger, rule.threshold) for rule in parse_plan(plan_section.text).overflow.rules] == [
        ("waiting-above", 10)
    ]
    assert confirm_change(staff, send(staff, "/overflow", rows(staff, "/overflow", "down:0"))).status_code == 303
    assert [each.name for each in parse_plan(plan_section.text).overflow.centres] == ["renfort", "centre_dappels_nord"]
    assert confirm_change(staff, send(staff, "/overflow/rules", rows(staff, "/overflow/rules", "remove:0")))
    gone = rows(staff, "/overflow", "remove:0", "remove:0")
    assert confirm_change(staff, send(staff, "/overflow", gone)).status_code == 303
    assert not parse_plan(plan_section.text).overflow.centres
    assert set(remarks(SEED)) <= set(remarks(plan_section.text)) and plan_section.text.count("overflow:\n") == 1


def test_the_last_centre_stays_while_a_menu_leads_there(plan_section: PlanSection, staff: ConsoleUser) -> None:
    to_overflow = SEED.replace('"2": {to: callback', '"2": {to: overflow')
    centre = '\noverflow:\n  centres: [{name: nord, number: "+33199000050"}]\n'
    confirm_change(staff, submit_change(staff, "/plan/text", text=to_overflow + centre))
    refused = send(staff, "/overflow", rows(staff, "/overflow", "remove:0"))
    assert refused.status_code == 422 and "« Menu principal » mène les appelants" in refused.text


def test_a_website_is_added_and_the_button_of_the_first_one_goes_on(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    fields = rows(staff, "/new/site", "add", "add")
    fields |= {"title": "Site de l’été", "origins": "https://ete.example.org/jeux?a=1\nplage.example.org"}
    fields |= {"topic_fr-0": "Un stage", "topic_en-0": "A course", "topic_fr-1": "La piscine", "topic_en-1": "The pool"}
    assert confirm_change(staff, send(staff, "/new/site", fields)).status_code == 303
    first, second = parse_plan(plan_section.text).callbacks.sites
    assert (first.name, first.number) == ("www", "+33199000000")
    assert second.origins == ("https://ete.example.org", "https://plage.example.org")
    assert second.topics == {"fr": ("Un stage", "La piscine"), "en": ("A course", "The pool")}
    page = html.unescape(staff.get("/plan/sites").text)
    assert f'<standardiste-callback site="{second.name}" lang="fr">' in page and "2 sujets : Un stage" in page
    assert f'href="/callback?site={second.name}&amp;language=en">Call me back</a>' in page

    fields = rows(staff, f"/sites/{second.name}", "remove:0") | {"title": "Site d’hiver"}
    assert confirm_change(staff, send(staff, f"/sites/{second.name}", fields)).status_code == 303
    changed = parse_plan(plan_section.text).callbacks.sites[1]
    assert changed.name == second.name and changed.topics == {"fr": ("La piscine",), "en": ("The pool",)}
    removal = staff.post(f"/plan/sites/{second.name}", {**fields, "do": "remove-part"})
    assert confirm_change(staff, removal).status_code == 303
    assert [site.name for site in parse_plan(plan_section.text).callbacks.sites] == ["www"]


def test_a_key_of_a_server_is_shown_once_and_withdrawn(plan_section: PlanSection, staff: ConsoleUser) -> None:
    database = plan_section.console.database
    refused = staff.post("/plan/sites/www/keys", {"label": " "})
    assert refused.status_code == 422 and 'aria-invalid="true"' in refused.text
    made = staff.post("/plan/sites/www/keys", {"label": "Boutique <b>"})
    token = re.search(r"sk_[\w-]+", made.text)
    assert token and site_keys.find_site_key(database, token[0]).site == "www"
    page = staff.get("/plan/sites").text
    assert "Boutique &lt;b&gt;" in page and token[0] not in page
    (key,) = site_keys.list_site_keys(database)
    assert staff.post(f"/plan/sites/keys/{key.id}/revoke").status_code == 303
    assert site_keys.find_site_key(database, token[0]) is None
    assert "Boutique" not in staff.get("/plan/sites").text
    kinds = [change.kind for change in changes.list_changes(database, command_line_actor("test"))]
    assert kinds[:2] == ["site_key.revoked", "site_key.added"]


MISTAKES = (
    ("/team", {"staff.ring_s": "4"}, "staff.ring_s", "'4' n'est pas un nombre entier de 5 à 120"),
    ("/team", {"staff.max_wait_s": ""}, "staff.max_wait_s", "est à remplir"),
    ("/team", {"staff.relax.2": "300"}, "staff.relax.2", "'300' n'est pas un nombre entier de 0 à 299"),
    ("/team", {"staff.relax.2": "60", "staff.relax.3": "30"}, "staff.relax.3", "'30' est avant les 60 secondes"),
    ("/team", {"staff.strategy": "fair"}, "staff.strategy", "'fair'"),
    ("/waiting", {"waiting.offer_every_s": "601"}, "waiting.offer_every_s", "'601' n'est pas un nombre entier"),
    ("/waiting", {"while_choosing": "x"}, "while_choosing", "'x'"),
    ("/retention", {"retention.callback": "0"}, "retention.callback", "'0' n'est pas un nombre entier de 1"),
    ("/callbacks", {"callbacks.attempts": "six"}, "callbacks.attempts", "'six' n'est pas un nombre entier"),
    ("/callbacks", {"callbacks.retry_after_min": "10, x"}, "callbacks.retry_after_min", "'x' n'est pas un nombre"),
    ("/callbacks", {"callbacks.slot_min": "7"}, "callbacks.slot_min", "'7'"),
    ("/callbacks", {"callbacks.ranges.metropolitan": ""}, "callbacks.ranges", "choisissez-en au moins un"),
    ("/callbacks/limits", {"callbacks.limits.all_day": "-1"}, "callbacks.limits.all_day", "'-1' n'est pas un nombre"),
    ("/organisation", {"organisation.name.fr": "Mairie"}, "organisation.name.en", "est à remplir"),
    ("/organisation", {"organisation.privacy_email": "anne"}, "organisation.privacy_email", "'anne' n'est pas une adr"),
    ("/organisation", {"organisation.privacy_page": "a.b"}, "organisation.privacy_page", "'a.b' n'est pas l'adresse"),
    ("/organisation", {"organisation.privacy_contact": "x" * 501}, "organisation.privacy_contact", "dépasse 500"),
    ("/staff-line", {"staff_line": "demain"}, "staff_line", "'demain' n'est pas un numéro de téléphone"),
    (
        "/staff-line",
        {"staff_line": "01 99 00 00 00"},
        "staff_line",
        "le 01_99_00_00_00 est un numéro pour les appelants".replace("_", "\N{NO-BREAK SPACE}"),
    ),
    ("/overflow", {"number-0": "01 99 00 00 50"}, "title-0", "donnez un nom au centre"),
    ("/overflow", {"title-0": "Nord"}, "number-0", "indiquez le numéro du centre"),
    ("/overflow", {"title-0": "Nord", "number-0": "12"}, "number-0", "'12' n'est pas un numéro de téléphone"),
    ("/overflow", {"title-0": "Nord", "number-0": "0199000050", "ring-0": "1"}, "ring-0", "'1' n'est pas un nombre"),
    ("/overflow", {"title-0": "Nord", "number-0": "0199000050", "caller-0": "1"}, "caller-0", "'1'"),
    ("/new/site", {"title": "", "topic_fr-0": "", "topic_en-0": ""}, "title", "donnez"),
    ("/new/site", {"title": "A", "origins": "ftp://a.example"}, "origins", "'ftp://a.example' n'est pas l'origine"),
    ("/new/site", {"title": "A", "topic_fr-0": "Un stage"}, "topic_en-0", "dans chaque langue"),
    ("/new/site", {"title": "A", "topic_fr-0": "x" * 501, "topic_en-0": "x"}, "topic_fr-0", "dépasse 500"),
    ("/new/site", {"title": "A", "number": "1"}, "number", "'1'"),
)


def test_each_mistake_is_named_at_its_field_with_what_was_typed(plan_section: PlanSection, staff: ConsoleUser) -> None:
    for path, changed, field, reason in MISTAKES:
        fields = rows(staff, path, *(["add"] if path in ("/overflow", "/new/site") else []))
        answer = send(staff, path, {**fields, **changed})
        said = html.unescape(answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0])
        assert answer.status_code == 422, (path, changed)
        assert reason in said, (changed, said, re.findall(r'class="errors".*?</div>', answer.text, re.DOTALL))
        kept = form_fields(answer)
        assert all(kept.get(name, "") in (value, "") for name, value in changed.items()), changed
    assert plan_section.text == SEED


def test_mistakes_of_rules(plan_section: PlanSection, staff: ConsoleUser) -> None:
    centre = '\noverflow:\n  centres: [{name: nord, number: "+33199000050"}]\n'
    confirm_change(staff, submit_change(staff, "/plan/text", text=SEED + centre))
    for when, value, field, reason in (
        ("", "10", "when-1", "choisissez une raison"),
        ("closed", "10", "value-1", "cette raison n'a pas de nombre"),
        ("waiting-above", "", "value-1", "indiquez combien (appels), de 0 à 1000"),
        ("share-percent", "0", "value-1", "'0' n'est pas un nombre entier"),
        ("longest-wait-above-s", "300", "value-1", "personne n'attend plus de 300 secondes, l'attente la plus longue"),
        ("nonsense", "", "when-1", "'nonsense'"),
    ):
        fields = rows(staff, "/overflow/rules", "add", "add") | {"when-1": when, "value-1": value}
        answer = send(staff, "/overflow/rules", fields)
        said = html.unescape(answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0])
        assert answer.status_code == 422 and reason in said, (when, value, said)


def test_two_editors_change_two_settings_and_nothing_is_lost(plan_section: PlanSection, staff: ConsoleUser) -> None:
    other = plan_section.console.sign_in(Role.SUPERVISOR)
    mine, theirs = form_fields(staff.get("/plan/team")), form_fields(other.get("/plan/retention"))
    review = send(other, "/retention", theirs | {"retention.voicemail": "30"})
    assert confirm_change(other, review).status_code == 303
    merged = send(staff, "/team", mine | {"staff.ring_s": "25"})
    assert "rien n&#39;est perdu" in merged.text and confirm_change(staff, merged).status_code == 303
    plan = parse_plan(plan_section.text)
    assert (plan.staff.ring_s, plan.retention.voicemail) == (25, 30)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/team", ("staff.ring_s", "staff.relax.3")),
        ("/callbacks", ("callbacks.retry_after_min", "callbacks.first")),
        ("/organisation", ("organisation.name.fr", "organisation.privacy_page", "organisation.privacy_email")),
        ("/staff-line", ("staff_line",)),
        ("/overflow", ("title-0", "number-0", "centre-0", "ring-0", "caller-0")),
        ("/overflow/rules", ("when-0", "value-0")),
        ("/new/site", ("title", "origins", "number", "topic_fr-0")),
    ],
)
def test_naughty_strings(plan_section: PlanSection, staff: ConsoleUser, path: str, names: tuple[str, ...]) -> None:
    centre = '\noverflow:\n  centres: [{name: nord, number: "+33199000050"}]\n'
    confirm_change(staff, submit_change(staff, "/plan/text", text=SEED + centre))
    fields, token = rows(staff, path, "add") if path.startswith(("/over", "/new")) else rows(staff, path), ""
    token = staff.csrf_token()
    for text in NAUGHTY_STRINGS:
        for name in names:
            answer = staff.client.post(f"/plan{path}", data={**fields, name: text, "do": "review", "csrf_token": token})
            assert answer.status_code in (200, 422), (name, text)
            assert not any(markup in answer.text for markup in ("<script>alert", "<img src=x", "<svg onload")), text
            if answer.status_code == 200:
                parse_plan(form_fields(answer)["text"])


def test_the_clock_and_the_country(plan_section: PlanSection, staff: ConsoleUser) -> None:
    plan = save(plan_section, staff, "/place", timezone="Indian/Reunion", country="RE")
    assert (plan.timezone.key, plan.country) == ("Indian/Reunion", "RE")
    elsewhere = plan_section.text.replace("Indian/Reunion", "Europe/Berlin")
    confirm_change(staff, submit_change(staff, "/plan/text", text=elsewhere))
    assert form_fields(staff.get("/plan/place"))["timezone"] == "Europe/Berlin"  # nobody chose another one
    assert "Horloge et pays" in staff.get("/plan").text


def test_without_a_line_of_the_operator_the_form_of_callbacks_says_so(staff: ConsoleUser) -> None:
    assert "personne ne se voit proposer de rappel" in html.unescape(staff.get("/plan/callbacks").text)


def test_a_setting_that_another_one_depends_on_is_named_where_it_is(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    rule = "  rules: [{when: longest-wait-above-s, value: 90}]\n"
    centre = f'\noverflow:\n{rule}  centres: [{{name: nord, number: "+33199000050"}}]\n'
    confirm_change(staff, submit_change(staff, "/plan/text", text=SEED + centre))
    refused = submit_change(staff, "/plan/team", **{"staff.max_wait_s": "60"})
    assert refused.status_code == 422
    assert "Quand les appels débordent, règle 1 – personne n'attend plus de 60 secondes" in html.unescape(refused.text)


def test_numbers_are_read_as_people_type_them_and_what_was_not_sent_stays(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    plan = save(plan_section, staff, "/callbacks/limits", **{"callbacks.limits.all_day": "10\N{NO-BREAK SPACE}000"})
    assert plan.callbacks.limits.all_day == 10_000
    save(plan_section, staff, "/organisation", **{"organisation.privacy_email": "dpo@mairie.example"})
    base = form_fields(staff.get("/plan/organisation"))["base"]
    partial = staff.post(
        "/plan/organisation", {"base": base, "organisation.privacy_address": "1 place", "do": "review"}
    )
    assert confirm_change(staff, partial).status_code == 303
    assert parse_plan(plan_section.text).organisation.privacy_email == "dpo@mairie.example"


def test_websites_of_a_reception_with_mobile_numbers_alone(plan_section: PlanSection, staff: ConsoleUser) -> None:
    mobile = SEED.replace('"+33199000000"', '"+33639980000"')
    confirm_change(staff, submit_change(staff, "/plan/text", text=mobile))
    for path in ("/sites", "/new/site", "/sites/www"):
        page = staff.get(f"/plan{path}")
        assert page.status_code in (200, 409) and "surtaxés ou mobiles" in page.text, path


def test_keys_of_a_removed_website_are_still_seen(plan_section: PlanSection, staff: ConsoleUser) -> None:
    site_keys.create_site_key(
        plan_section.console.database,
        site_keys.NewKey("gone", scopes=["callbacks:create"], label="Ancien"),
        at=plan_section.console.now,
    )
    page = staff.get("/plan/sites").text
    assert "Clés de sites retirés" in page and "Ancien" in page


def test_listening_is_promised_only_where_a_change_can_be_heard(staff: ConsoleUser) -> None:
    heard, unheard = ("/plan/hours/always", "/plan/menu/main", "/plan/sites/www"), ("/plan/retention", "/plan/team")
    for path in (*heard, *unheard):
        page = staff.get(path).text
        assert "vous verrez les différences" in page
        assert ("vous pourrez écouter" in page) is (path in heard), path
