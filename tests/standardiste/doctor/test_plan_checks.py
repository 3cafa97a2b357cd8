"""What `doctor` says about each key of a plan that is valid and cannot be kept, or is never used."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from rich_plan import RICH_PLAN
from unbroken_spaces import with_ordinary_spaces

from records.staff.agents import Agent
from records.users.users import User
from routing.access.permissions import Role
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from standardiste.doctor.plan_checks import CHECKS, list_findings
from standardiste.doctor.plan_findings import Team

MONDAY = datetime(2030, 3, 4, 11, tzinfo=UTC)
CHECKED_ELSEWHERE = {
    "retention": "installation_checks.check_retention: what is older than it is deleted every night",
    "timezone": "machine_checks: the clock of the machine",
    "voices": "prompts.checks.check_voices: each voice speaks",
    "while_choosing": "prompts.checks.check_key_wait: its sound is there",
}


def agent(rank: int, *speaks: str) -> Agent:
    return Agent(rank, f"Agent {rank}", "fr", "p", "", MONDAY, rank, None, speaks)


def user(role: Role, number: int = 1) -> User:
    return User(number, f"p{number}@example.org", "Anne", role, "fr", True, None, True, True, True, MONDAY)


TEAM = Team(
    (agent(1, "fr", "en"), agent(2, "fr")),
    (user(Role.SUPERVISOR, 1), user(Role.MESSAGE_EDITOR, 2)),
    has_trunk=True,
    has_pin=True,
)
MEDIATORS = (user(Role.MESSAGE_EDITOR, 2), user(Role.MEDIATOR, 3), user(Role.ADMINISTRATOR, 4))
MEDIATORS_TOO = (*TEAM.users, user(Role.MEDIATOR, 3))
KEPT = RICH_PLAN.replace('"5": {to: voicemail', '"5": {play: news')


NEVER = "hours:\n  never: {title: {fr: Jamais, en: Never}, week: {mon-sun: closed}}\n"


def findings(text: str, team: Team = TEAM) -> list[str]:
    """What the checks find at a plan, in French."""
    return [with_ordinary_spaces(each.in_language("fr")[0]) for each in list_findings(parse_plan(text), team, MONDAY)]


def test_each_key_of_the_plan_has_a_check() -> None:
    names = {field.name for field in fields(Plan)}
    assert {*CHECKS} <= names
    assert names - {*CHECKS} - {*CHECKED_ELSEWHERE} == set()


def test_nothing_is_said_of_a_plan_that_can_be_kept() -> None:
    assert findings(KEPT) == []


AFTER_CALLS = "\n  more_wrapup_s: 60\n  answer_within_s: 30\n"


@pytest.mark.parametrize(
    ("old", "new", "team", "said"),
    [
        ("country: FR", "country: BE", TEAM, "Aucun numéro du plan n'est du pays BE"),
        ("", "", replace(TEAM, agents=(agent(1, "fr"), agent(2, "fr"))), "aucun agent ne parle cette langue"),
        ("", "", replace(TEAM, agents=(agent(1, "fr", "en"),)), "On attend des agents de niveau 2"),
        ("20\n  max_wait_s: 300", "120\n  max_wait_s: 100", TEAM, "sonne pendant 120 s"),
        (f"  wrapup_s: 10{AFTER_CALLS}  outcome: required", f"  wrapup_s: 0{AFTER_CALLS}", TEAM, "et il n'y en a pas"),
        (f"  wrapup_s: 10{AFTER_CALLS}", "  wrapup_s: 0\n", TEAM, "chaque appel laisse une demande"),
        ("fr: Réunion", "fr: déjeuner", TEAM, "Plusieurs motifs de pause s'appellent « déjeuner »"),
        ("    menu: evening", "    menu: main", TEAM, "Aucun appelant n'arrive au menu « Soir »"),
        ("    hours: always", "    hours: office", TEAM, "Aucun numéro ne suit les horaires « Toujours »"),
        ("mon-sun: 00:00-24:00", "mon-sun: closed", TEAM, "0 899 00 00 00"),
        ("{play: news", "{play: daily", TEAM, "Aucune touche ne fait entendre le message « Actualités »"),
        ("", "", replace(TEAM, users=(user(Role.SUPERVISOR),)), "demande l'accord d'une deuxième personne"),
        ("offer_every_s: 30", "offer_every_s: 5", TEAM, "toutes les 5 s"),
        ("", "", replace(TEAM, has_pin=False), "personne n'a choisi de code"),
        ('      origins: ["https://www.example.org"]\n', "", TEAM, "« Site » n'a pas d'adresse"),
        ("  name: {fr: Mairie de Saint-Exemple, en: Saint-Exemple town hall}\n", "", TEAM, "ne dit pas qui vous êtes"),
        ("en: Billing}, level: 2", "en: Billing}, level: 3", TEAM, "« Facturation » sont réservées au médiateur"),
        ("tell: nobody", "tell: supervisors", replace(TEAM, users=MEDIATORS), "On doit avertir les superviseurs"),
        ("Complaint}, esc", "Complaint}, level: 3, esc", replace(TEAM, users=MEDIATORS_TOO), "n'est pas appliquée"),
        ("until: 2035-12-31", "until: 2026-01-31", TEAM, "Le contrat avec le centre « Nord » est terminé"),
        ("until: 2035-12-31", "until: 2030-04-03", TEAM, "« Nord » se termine le mercredi 3 avril 2030"),
        ("from: 2026-01-01", "from: 2030-03-05", TEAM, "« Nord » commence le mardi 5 mars 2030"),
        ("contact_price: 2.45", "", TEAM, "Le contrat avec le centre « Nord » n'a pas de tarif"),
        ("        share: 100", "        share: 60", TEAM, "font 60 pour cent et non 100"),
        ("hours: office\n        priority", "hours: never\n        priority", TEAM, "« Nord » ne reçoit aucun appel"),
        ("code: spoken", "code: shown", TEAM, "que les numéros publics transmettent rarement"),
        ("code: spoken", "code: hidden", TEAM, "ne peuvent pas lire ce qu'ils ont à dire"),
        ("sip: south", 'number: "+33199000050"', TEAM, "« Sud » et « Nord » ont la même ligne"),
        ("[answered, nothing]", "[answered, sold]", TEAM, "issues que le plan n'a pas : sold"),
        ("{fr: Soir, en: Evening}", "{fr: Accueil, en: Reception}", TEAM, "portent le nom « Accueil »"),
    ],
)
def test_what_cannot_be_kept_or_is_never_used_is_named(old: str, new: str, team: Team, said: str) -> None:
    assert old in KEPT
    text = KEPT.replace(old, new)
    found = findings(text.replace("hours:\n  office", f"{NEVER}  office") if "hours: never" in new else text, team)
    assert len(found) == 1 and said in found[0], found


def test_centres_to_which_nothing_leads_are_named() -> None:
    rules = "  rules:\n    - {when: nobody-ready}\n    - {when: waiting-above, value: 10}\n"
    assert findings(KEPT.replace(rules, "")) == []  # key 9 leads there
    (said,) = findings(KEPT.replace(rules, "").replace('      "9": {to: overflow}\n', ""))
    assert "Aucune règle et aucune touche" in said


def test_an_approval_without_anybody_who_may_give_it_is_a_fault_and_the_rest_is_advice() -> None:
    plan = parse_plan(KEPT.replace("country: FR", "country: BE"))
    found = list_findings(
        plan, replace(TEAM, users=(user(Role.MESSAGE_EDITOR, 1), user(Role.MESSAGE_EDITOR, 2))), MONDAY
    )
    assert {each.name: each.ok for each in found} == {"plan: country": True, "plan: approval": False}
    assert all(each.remedy for each in found)
