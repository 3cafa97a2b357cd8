"""A third language of the pages is one catalogue and one line; texts that it lacks are shown in English."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from public_server import VisitorClient, serve_public

from records.callbacks import staff_actions
from records.database.engine import Database
from translations import catalogues

GERMAN = """
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "We'll call you back"
msgstr "Wir rufen Sie zurück"

msgid "Leave your number and we'll call you back from %(number)s."
msgstr "Hinterlassen Sie Ihre Nummer; wir rufen von %(number)s an."

msgid "tomorrow"
msgstr "morgen"

msgid "EEEE d MMMM"
msgstr "EEEE, d. MMMM"

msgid "One thing needs correcting"
msgid_plural "%(num)s things need correcting"
msgstr[0] "Eine Angabe ist zu berichtigen"
msgstr[1] "%(num)s Angaben sind zu berichtigen"

msgid "Your callback is booked"
msgstr "Ihr Rückruf ist vorgemerkt"

msgid "Missing field"
msgstr "Fehlende <Angabe>"

msgid "Call me back"
msgstr "Rufen Sie mich zurück"
"""
MONDAY_EVENING = datetime(2030, 3, 4, 17, 40, tzinfo=UTC)


@pytest.fixture
def client(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VisitorClient]:
    shutil.copy(catalogues.FOLDER / "fr.po", tmp_path)
    (tmp_path / "de.po").write_text(GERMAN)
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    monkeypatch.setattr(catalogues, "LANGUAGES", (*catalogues.LANGUAGES, "de"))
    with serve_public(database, clock=lambda: MONDAY_EVENING) as client:
        yield client


def test_the_form_is_in_the_third_language_and_falls_back_to_english(client: VisitorClient) -> None:
    page = client.get("/callback?site=www", Accept_Language="de-DE,de;q=0.9").data.decode()

    assert '<html lang="de">' in page and '<h1 tabindex="-1">Wir rufen Sie zurück</h1>' in page
    assert (
        "wir rufen von 01\N{NO-BREAK SPACE}99\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}00 an." in page
    )
    assert 'label="Morgen, Dienstag, 5. März"' in page
    assert "Your first name" in page
    assert "I agree to be called back on this number" in page
    assert '<a href="?site=www&amp;language=fr" lang="fr">Français</a>' in page
    assert '<a href="?site=www&amp;language=en" lang="en">English</a>' in page
    assert '<a href="?site=www&amp;language=de" lang="de">Deutsch</a>' in client.get("/callback?site=www").data.decode()


def test_a_visitor_stays_in_the_third_language_and_hears_english(client: VisitorClient, database: Database) -> None:
    fields = {"number": client.unused_number(), "language": "de"}
    assert "Eine Angabe ist zu berichtigen" in client.submit_form("/callback", fields).data.decode()

    sent = client.submit_form("/callback", {**fields, "consent_call": "on"})

    assert "Ihr Rückruf ist vorgemerkt" in client.get(client.url + sent.headers["Location"]).data.decode()
    (callback,) = staff_actions.list_open_callbacks(database)
    assert callback.language == "en"


def test_the_api_and_the_button_have_the_third_language(client: VisitorClient) -> None:
    refused = client.post("/v1/callbacks", {}, Accept_Language="de")

    assert refused.headers["Content-Language"] == "de"
    assert refused.json()["title"] == "Fehlende <Angabe>"
    script = client.get("/button.js").data.decode()
    assert '"de":{"button":"Rufen Sie mich zurück",' in script and script.count('"close":"Close"') == 2  # as in English


def test_a_translation_cannot_add_html_to_a_page(client: VisitorClient) -> None:
    (catalogues.FOLDER / "de.po").write_text(GERMAN.replace("Wir rufen Sie zurück", "<b>Wir</b> rufen"))

    assert "&lt;b&gt;Wir&lt;/b&gt; rufen" in client.get("/callback?language=de").data.decode()
