"""The public page with the texts of the messages that callers hear."""

from datetime import UTC, datetime, timedelta

import pytest
from public_server import VisitorClient

from records.database.engine import Database
from records.messages import message_audio, message_versions
from records.messages.draft_types import AirPeriod

AUDIO = message_audio.Audio("a" * 64, 9.0, "audio/wav", "secret name.wav")


def publish(database: Database, text: str, announcement: str = "daily", **delta: float) -> None:
    at = datetime.now(UTC) - timedelta(minutes=1)
    message = message_versions.NewMessage(announcement, text, AirPeriod(at + timedelta(**delta)), "Anne")
    message_versions.publish_message(database, message, AUDIO, at=at)


def test_the_page_shows_the_messages_on_air_and_nothing_else(database: Database, visitor_client: VisitorClient) -> None:
    assert "Il n&#39;y a pas de message aujourd&#39;hui." in visitor_client.get("/message").data.decode()
    publish(database, "Le texte de demain.", days=1)
    publish(database, "La réunion a lieu à 19 h.\n<script>alert(1)</script>")
    publish(database, "", announcement="weekly")

    answer = visitor_client.get("/message")

    page = answer.data.decode()
    assert answer.status == 200 and "script" not in answer.headers["Content-Security-Policy"].replace("script-src", "")
    assert "La réunion a lieu à 19 h." in page and "&lt;script&gt;alert(1)" in page
    assert "aujourd&#39;hui" in page and "Le texte de ce message n&#39;est pas encore écrit." in page
    assert not any(kept in page for kept in ("demain", "Anne", "secret name", "a" * 64))


@pytest.mark.parametrize(("language", "said"), [("fr", "Le message du jour"), ("en", "Today&#39;s message")])
def test_the_page_is_in_both_languages(visitor_client: VisitorClient, language: str, said: str) -> None:
    page = visitor_client.get(f"/message?language={language}").data.decode()
    assert f'<html lang="{language}">' in page and f'<h1 tabindex="-1">{said}</h1>' in page
