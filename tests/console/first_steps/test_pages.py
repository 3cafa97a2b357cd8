"""The first steps: each is done when it is true, can be put off or away, and is where one comes back to."""

import html
import re
from datetime import timedelta

import pyotp
import pytest
from console_client import PASSWORD, ConsoleUser
from plan_section import PlanSection, confirm_change, submit_change
from recorded_calls import record_call
from werkzeug.test import TestResponse

from console.first_steps import steps
from console.first_steps.steps import StepName
from records import trial_calls
from records.actor import SYSTEM
from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.endpoint_states import EndpointState, save_endpoint_states
from records.messages import message_versions
from records.messages.draft_types import AirPeriod
from records.messages.message_audio import Audio
from records.messages.message_versions import NewMessage
from records.staff import agents
from records.trial_calls import CALLER, EXPIRY, MAX_DURATION, TrialResult
from records.users import invitations
from routing.access.permissions import Role
from routing.plan.parsing import parse_plan
from routing.trunk_states import REACHABLE, UNREACHABLE

PAGE = "/first-steps"
NUMBER = "+33199000000"


def text_of(user: ConsoleUser, path: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(user.get(path, follow_redirects=True).text)))


def save(user: ConsoleUser, path: str, fields: dict[str, str]) -> TestResponse:
    """Changes a form of the plan and confirms its review."""
    return confirm_change(user, submit_change(user, path, **fields))


def done(section: PlanSection) -> set[str]:
    """The steps that are done."""
    with section.console.app.test_request_context():
        return {str(step.name) for step in steps.list_steps(parse_plan(section.text)) if step.is_done}


def resumed(user: ConsoleUser) -> str:
    """The step to which the first page of the first steps leads; "" when none waits."""
    return (user.get(PAGE).location or "").rpartition("/")[2]


def test_the_first_administrator_is_led_from_their_link_to_the_first_step(section: PlanSection) -> None:
    newcomer = section.console.anonymous_user()
    secret = invitations.create_first_invitation(section.console.database, at=section.console.now)
    fields = {"name": "Anne Exemple", "email": "anne@example.org", "new": PASSWORD}
    newcomer.post(f"/welcome/{secret}", fields)
    page = newcomer.get("/own/second-factor").text
    key = page.partition('class="secret">')[2].partition("<")[0].replace(" ", "")
    fields = {"password": PASSWORD, "code": pyotp.TOTP(key).at(section.console.now)}
    assert 'href="/first-steps/organisation"' in newcomer.post("/own/second-factor", fields).text


def test_nothing_is_done_with_the_plan_that_comes_with_the_software(section: PlanSection, admin: ConsoleUser) -> None:
    assert done(section) == set()
    assert resumed(admin) == StepName.ORGANISATION
    today = text_of(admin, "/")
    assert "Premiers pas : ce qui reste à faire" in today
    assert all(title in today for title in ("Votre organisation et son numéro", "Le premier téléphone"))


def test_name_and_number_are_written_in_the_forms_of_the_plan_which_come_back(
    section: PlanSection, admin: ConsoleUser
) -> None:
    step = f"{PAGE}/organisation"
    assert "01 99 00 00 00 est un exemple" in text_of(admin, step)
    named = save(admin, "/plan/organisation", {"organisation.name.fr": "Mairie", "organisation.name.en": "Hall"})
    assert named.location == step
    assert "Mairie" in text_of(admin, step) and done(section) == set()
    saved = save(admin, f"/plan/number/{NUMBER}", {"number": "01 99 00 00 42"})
    assert saved.location == step
    assert parse_plan(section.text).numbers[0].landing_numbers == ("+33199000042",)
    assert done(section) == {"organisation"}
    page = text_of(admin, step)
    assert "01 99 00 00 42" in page and "Suite : Ce que les appelants entendent" in page
    assert resumed(admin) == StepName.MESSAGE


def test_who_left_the_first_steps_is_not_led_back_to_them(section: PlanSection, admin: ConsoleUser) -> None:
    admin.get(f"{PAGE}/hours")
    assert "Revenir aux premiers pas" in admin.get("/plan/hours/always").text
    admin.get("/")
    assert "Revenir aux premiers pas" not in admin.get("/plan/hours/always").text
    fields = {"organisation.name.fr": "Mairie", "organisation.name.en": "Hall"}
    assert save(admin, "/plan/organisation", fields).location == "/plan"


def test_a_message_counts_that_the_installation_did_not_make_itself(section: PlanSection, admin: ConsoleUser) -> None:
    assert "Ce que dit la voix" in text_of(admin, f"{PAGE}/message")
    audio = Audio("0" * 64, 3.0, "audio/wav", "a.wav")
    for by, counts in ((SYSTEM, set()), ("Anne", {"message"})):
        message = NewMessage("daily", "Bonjour", AirPeriod(), by)
        message_versions.publish_message(section.console.database, message, audio, at=section.console.now)
        assert done(section) == counts


def test_hours_that_are_right_as_they_are_are_said_to_be(section: PlanSection, admin: ConsoleUser) -> None:
    assert "Nous sommes ouverts jour et nuit" in text_of(admin, f"{PAGE}/hours")
    for step in ("organisation", "message"):
        admin.post(f"{PAGE}/{step}/later")
    assert admin.post(f"{PAGE}/hours/put-away").location == PAGE
    assert resumed(admin) == StepName.PHONE and done(section) == {"hours"}
    assert "Horaires" not in text_of(admin, "/").partition("Continuer les premiers pas")[0].partition("ce qui reste")[2]
    admin.post(f"{PAGE}/hours/bring-back")
    assert resumed(admin) == StepName.HOURS and done(section) == set()
    section.replace_text(section.text.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-17:00"))
    assert done(section) == {"hours"}


def test_a_telephone_counts_once_it_has_registered_even_if_it_is_off_later(
    section: PlanSection, admin: ConsoleUser
) -> None:
    database, now = section.console.database, section.console.now
    assert "D'abord la personne" in text_of(admin, f"{PAGE}/phone")
    agent = agents.add_agent(database, "Anne Exemple", language="fr", at=now)
    page = admin.get(f"{PAGE}/phone").text
    assert f'href="/agents/{agent.id}/phone"' in page and done(section) == set()
    save_endpoint_states(database, {agent.sip_account: EndpointState(REACHABLE)}, at=now)
    assert "Connecté" in admin.get(f"{PAGE}/phone/refresh").text
    save_endpoint_states(database, {agent.sip_account: EndpointState(UNREACHABLE)}, at=now + timedelta(minutes=1))
    assert done(section) == {"phone"}


def test_what_is_put_off_stays_on_the_list_and_says_what_it_means(admin: ConsoleUser) -> None:
    for step, after in zip(StepName, [*list(StepName)[1:], ""], strict=True):
        assert resumed(admin) == step
        assert admin.post(f"{PAGE}/{step}/later").location == (f"{PAGE}/{after}" if after else f"{PAGE}")
    end = text_of(admin, PAGE)
    assert "Ce qui reste à faire" in end and "Aucun téléphone ne sonne" in end
    assert "Personne n'a encore entendu" in text_of(admin, "/")
    admin.post(f"{PAGE}/put-away")
    assert "ce qui reste à faire" not in text_of(admin, "/")
    assert "Votre accueil est en place" in text_of(admin, PAGE)


def test_a_first_call_is_told_as_its_record_grows(section: PlanSection, admin: ConsoleUser) -> None:
    console, database = section.console, section.console.database
    admin.post(f"{PAGE}/call/try", {"call": f"{NUMBER}:3"})
    assert "L'appel va partir" in text_of(admin, f"{PAGE}/call/refresh")
    trial = trial_calls.claim_trial(database, at=console.now)
    assert trial and (trial.number, trial.key) == (NUMBER, "3")
    assert trial_calls.claim_trial(database, at=console.now) is None
    record_call(database, "2.1", console.now, "+33639980001")  # somebody else calls meanwhile
    record_call(database, "2.2", console.now + timedelta(seconds=1), CALLER)
    calls.add_events(database, "2.2", [CallEvent(console.now, CallEventKind.KEY, {"key": "3"})])
    running = text_of(admin, f"{PAGE}/call/refresh")
    assert "L'appel est en cours" in running and "L'appelant a tapé 3." in running
    trial_calls.end_trial(database, trial.id, TrialResult.DONE, ["greeting-33199000000"], at=console.now)
    ended = text_of(admin, f"{PAGE}/call/refresh")
    assert "tout ce qu'un appelant doit entendre a été entendu" in ended
    assert "« Bonjour, vous êtes bien à l'accueil." in ended
    assert done(section) == {"call"}


def test_one_call_at_a_time_and_the_other_administrator_is_told(section: PlanSection, admin: ConsoleUser) -> None:
    console, other = section.console, section.console.sign_in(Role.ADMINISTRATOR)
    admin.post(f"{PAGE}/call/try", {"call": f"{NUMBER}:"})
    first = trial_calls.find_last_trial(console.database, at=console.now)
    told = html.unescape(other.post(f"{PAGE}/call/try", {"call": f"{NUMBER}:3"}, follow_redirects=True).text)
    assert f"{admin.user.name} passe un appel d'essai en ce moment" in told
    admin.post(f"{PAGE}/call/try", {"call": f"{NUMBER}:3"})  # the same user twice: still that one
    assert trial_calls.find_last_trial(console.database, at=console.now) == first
    console.advance_clock(seconds=EXPIRY.total_seconds() + 1)
    assert "n'a pas été passé à temps" in text_of(admin, f"{PAGE}/call/refresh")
    assert trial_calls.claim_trial(console.database, at=console.now) is None
    other.post(f"{PAGE}/call/try", {"call": f"{NUMBER}:3"})
    taken = trial_calls.claim_trial(console.database, at=console.now)
    assert taken and taken.asker == other.user.name
    console.advance_clock(seconds=MAX_DURATION.total_seconds() + 1)
    assert "n'a pas été passé à temps" in text_of(admin, f"{PAGE}/call/refresh")


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (TrialResult.NOT_ANSWERED, "L'accueil n'a pas répondu"),
        (TrialResult.NOT_HEARD, "l'appelant n'a pas tout entendu"),
        (TrialResult.IMPOSSIBLE, "installer baresip-core"),
    ],
)
def test_a_call_that_failed_says_why_and_leaves_the_step_open(
    section: PlanSection, admin: ConsoleUser, result: TrialResult, said: str
) -> None:
    admin.post(f"{PAGE}/call/try", {"call": f"{NUMBER}:"})
    trial = trial_calls.claim_trial(section.console.database, at=section.console.now)
    assert trial
    trial_calls.end_trial(section.console.database, trial.id, result, [], at=section.console.now)
    assert said in text_of(admin, f"{PAGE}/call") and done(section) == set()


def test_only_an_administrator_sees_the_first_steps(section: PlanSection) -> None:
    supervisor = section.console.sign_in(Role.SUPERVISOR)
    assert supervisor.get(PAGE).status_code == 403
    assert supervisor.post(f"{PAGE}/call/try", {"call": f"{NUMBER}:"}).status_code == 403
    assert "Premiers pas" not in supervisor.get("/").text
