"""One of everything that an address of the console can name, and the address of each page.

Tests, the benchmark of pages and the pictures in the documents go through all pages with it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console_client import ConsoleApp
from console_process import ConsoleProcess
from named_contacts import describe_contact
from recorded_calls import PUBLIC_NUMBER, record_call
from rich_plan import RICH_PLAN
from sqlalchemy import insert
from werkzeug.routing import Rule

from caller.pcm import tone, write_wav
from prompts.messages import drafts, publishing
from prompts.messages.drafts import SoundStorage, Upload
from records import site_keys, trunks
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind
from records.calls import calls, voicemails
from records.centres import accounts as centre_accounts
from records.centres.accounts import NewAccount
from records.contacts.imports import files as import_files
from records.database.engine import Database
from records.messages.draft_types import AirPeriod
from records.messages.message_versions import NewMessage
from records.requests import requests
from records.requests.requests import RequestKind
from records.satisfaction import answers
from records.satisfaction.asking import CallToAsk, begin_call_survey
from records.schema import CentreClosing
from records.secret_box import SecretBox
from records.staff import agents
from records.trunks import StoredTrunk
from routing.access.permissions import Role
from routing.centres.people import CentreRole
from routing.satisfaction import week_of
from routing.trunks import Trunk
from standardiste.installation_folders import create_folders
from standardiste.parts.console import create_app_context
from standardiste.trunk_key_file import ensure_key
from web.access import LoginStage

CONTACTS = b"Nom;Telephone\nAnne Exemple;0639980001\n"
OF_ITS_OWN = {"/browser-phone"}
"""The window of an agent's telephone is there for nobody else; tests/calls/test_phone_page.py opens it."""
ARGUMENT = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
VOICEMAIL, MISSED = "1700000001.1", "1700000002.1"
"""The references of the calls of a voicemail and of a caller who reached nobody."""

Names = Mapping[str, object]


def add_examples(console: ConsoleApp, folder: Path, box: SecretBox | None = None) -> dict[str, object]:
    """One of everything, as of now; returns the arguments of addresses, by name or by view or blueprint and name.

    `folder` keeps a sound; `box` encrypts the password of a trunk, which there is none of without it.
    """
    database, actor, now = console.database, command_line_actor("test"), console.now
    agents.create_desks(database, 3)
    agent = agents.add_agent(database, "Anne Exemple", language="fr", speaks=("fr",), at=now)
    key, _ = site_keys.create_site_key(
        database, site_keys.NewKey("www", scopes=("callbacks",), label="Serveur"), at=now
    )
    if box:
        stored = StoredTrunk("sud", "Opérateur Sud", Trunk(address="198.51.100.20"))
        trunks.add_trunk(database, actor, box, stored, at=now)
    zoe = NewAccount("Zoé Exemple", "zoe@example.org", CentreRole.AGENT, "fr")
    (issued,) = centre_accounts.add_accounts(database, actor, "north", [zoe], at=now)
    with database.write() as connection:
        ended = {"centre": "north", "ended_on": now.date() - timedelta(days=400), "calls": 0, "looks": 0}
        removed: dict[str, object] = {"accounts": [], "sessions": 0, "keys": []}
        closing = insert(CentreClosing).values(**ended, closed_at=now, removed=removed).returning(CentreClosing.id)
        closing_id = connection.execute(closing).scalar_one()
    names = {
        "closing_id": closing_id,
        "account_id": issued.account.id,
        "agent_id": agent.id,
        "key_id": key.id,
        "first_steps.name": "organisation",
        "import_id": import_files.store_upload(
            database,
            actor,
            console.imports or folder,
            import_files.UploadedFile(CONTACTS, "contacts.csv", "FR"),
            at=now,
        ),
        "step_name": "organisation",
        "user_id": console.add_user(Role.STAFF, name="Basile Exemple").id,
        "public": PUBLIC_NUMBER,
        "spoken": "fr",
        "key": "apology",
        "number": 1,
        "trunks.name": "sud",
        "plan_sites.name": "www",
        "plan_keys.name": "north",
        "centres.name": "north",
        "centre_outcomes.name": "north",
        "centres_figures.name": "north",
        "centres_closings.name": "north",
        "centres_people.name": "north",
        "month": f"{now:%Y-%m}",
        "contract.name": "north",
        "announcement.name": "daily",
        "hours.name": "office",
        "plan_calendar.name": "office",
        "menu.name": "main",
        "switch_on.name": "closed",
        "switch_off.name": "closed",
    }
    return names | _add_calls(database, now) | _add_messages(console, folder, now)


def _add_calls(database: Database, now: datetime) -> dict[str, object]:
    """A voicemail of somebody known, and a missed call; both wait for somebody."""
    at = now - timedelta(minutes=40)
    opened = record_call(database, VOICEMAIL, at, "+33639980001")
    describe_contact(database, opened.contact_id, name="Claire Exemple", organisation="Association Exemple")
    voicemails.save_voicemail(database, VOICEMAIL, file="one.wav", seconds=3.0, at=at + timedelta(seconds=40))
    calls.close_call(database, VOICEMAIL, at=at + timedelta(seconds=50), disposition=None, cause="16")
    at += timedelta(minutes=20)
    missed = record_call(database, MISSED, at, "+33639980002")
    calls.add_events(database, MISSED, [CallEvent(at, CallEventKind.QUEUE_ENTERED, {"language": "fr"})])
    calls.close_call(database, MISSED, at=at + timedelta(minutes=2), disposition=None, cause="16")
    row = requests.open_request(
        database,
        RequestKind.MISSED,
        call_ref=MISSED,
        contact_id=missed.contact_id,
        line_id=missed.line_id,
        at=at + timedelta(minutes=2),
    )
    cards = {"contact_id": opened.contact_id, "one": opened.contact_id, "other": missed.contact_id}
    survey = CallToAsk(VOICEMAIL, now, week_of(now, UTC), "fr")
    assert begin_call_survey(database, survey)
    for question, value in (("welcome", 5), ("help", 4)):
        answers.add_answer(database, VOICEMAIL, question, value)
    answers.save_recorded_words(database, VOICEMAIL, file="words.wav", seconds=7.0)
    return {"ref": VOICEMAIL, "request_id": row.id, "survey_id": 1, **cards}


def _add_messages(console: ConsoleApp, folder: Path, now: datetime) -> dict[str, object]:
    """A message on air, one for tomorrow, and a draft."""
    folder.mkdir(parents=True, exist_ok=True)
    sound = folder / "message.wav"
    write_wav(sound, tone(440, 3))
    context = console.app.extensions["app_context"]
    storage: SoundStorage = context.audio_services.storage
    words = "Bonjour. La mairie est ouverte aujourd'hui de 9 heures à 18 heures."
    tomorrow = AirPeriod(now + timedelta(days=1), now + timedelta(days=2))
    for title, period in (("Horaires du jour", AirPeriod()), ("Marché de Noël", tomorrow)):
        new = NewMessage("daily", words, period, "Claire Exemple", title)
        version = publishing.publish(console.database, storage.messages, sound, new, at=now)
    upload = Upload(sound, "message.wav", "daily", words, "Travaux rue Haute")
    editor = console.add_user(Role.MESSAGE_EDITOR, name="David Exemple")
    draft = drafts.create(console.database, storage, editor.actor, upload, at=now)
    return {"version_id": version.id, "draft_id": draft.id}


def pages(console: ConsoleApp, names: Names) -> dict[str, str]:
    """The address of each page that a signed-in user can open, by endpoint.

    Parts of pages, sounds and other files are left out, and pages whose address has an argument that `names` lacks.
    """
    found = {}
    for rule in sorted(console.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = console.app.view_functions[rule.endpoint]
        is_page = view.access_rule.stage is not LoginStage.PUBLIC and not hasattr(view, "is_fragment")
        if "GET" in rule.methods and is_page and not re.search(r"\.\w+$", rule.rule) and rule.rule not in OF_ITS_OWN:
            path = fill_in(rule, names)
            if path:
                found[rule.endpoint] = path
    return found


def fill_in(rule: Rule, names: Names) -> str:
    """The path of the rule with these arguments; "" if one is missing."""
    blueprint, _, view = rule.endpoint.rpartition(".")

    def value(argument: re.Match[str]) -> str:
        keys = (f"{view}.{argument[1]}", f"{blueprint}.{argument[1]}", argument[1])
        return next((str(names[key]) for key in keys if key in names), "\0")

    path = ARGUMENT.sub(value, rule.rule)
    return "" if "\0" in path else path


def example_console(database: Database, database_url: str, folder: Path) -> tuple[ConsoleProcess, ConsoleApp, Names]:
    """A console with one of everything, on a plan that uses every part: its process, not started, and its app."""
    process = ConsoleProcess(database, database_url, folder, RICH_PLAN)
    create_folders(process.settings)
    process.settings.ami_secret_file.write_text("of the tests")
    ensure_key(process.settings.trunk_key_file)
    console = ConsoleApp.of(create_app_context(process.installation))
    return process, console, add_examples(console, folder / "examples", process.installation.secret_box)
