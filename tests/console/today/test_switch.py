"""The switch on the first page: who may use it, what it accepts, and what is then in force."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import switches
from console_client import NOON, ConsoleApp, ConsoleUser
from unbroken_spaces import with_ordinary_spaces

from console.today import forms
from records import overrides
from routing.access.permissions import Role
from routing.overrides import MAX_NOTE, MAX_WORDS, OverrideName


@pytest.fixture
def anne(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.SUPERVISOR)


def test_closed_now_is_two_clicks_and_says_who_and_until_when(console: ConsoleApp, anne: ConsoleUser) -> None:
    answer = anne.post("/switch/closed", {"number": "", "until": "hour"})
    assert (answer.status_code, answer.location) == (303, "/")
    (found,) = overrides.list_overrides(console.database)
    assert (found.name, found.number, found.ends_at) == (OverrideName.CLOSED, "", NOON + timedelta(hours=1))
    assert anne.user and found.by == anne.user.name
    page = anne.get("/").text
    assert "Fermé manuellement" in page and "jusqu&#39;à 13\u00a0h" in page

    assert anne.post("/switch/closed/end", {"number": ""}).status_code == 303
    assert overrides.list_overrides(console.database) == ()
    anne.post("/switch/closed/end", {"number": ""})
    assert "déjà mis fin" in anne.get("/").text


def test_one_number_is_closed_with_words_that_are_spoken_before(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    fields = {"number": "+33199000000", "until": "chosen", "at": "2030-03-04T18:30", "note": "Tempête"}
    anne.post("/switch/closed", {**fields, "words_fr": "En raison de la tempête, nous sommes fermés."})
    (found,) = overrides.list_overrides(console.database)
    assert (found.number, found.note) == ("+33199000000", "Tempête")
    assert found.ends_at == datetime(2030, 3, 4, 17, 30, tzinfo=UTC)
    assert (tmp_path / "sounds" / "fr" / f"{found.words}.wav").is_file()
    assert not (tmp_path / "sounds" / "en" / f"{found.words}.wav").exists()
    assert found.words_in("en") == ""
    page = anne.get("/").text
    assert "En raison de la tempête" in page and "Tempête" in page


@pytest.mark.parametrize(
    ("fields", "field", "error"),
    [
        ({"number": "+33199000099"}, "number", forms.NUMBER_UNKNOWN),
        ({"until": "never"}, "until", forms.END_UNKNOWN),
        ({"until": "chosen", "at": ""}, "at", forms.END_MISSING),
        ({"until": "chosen", "at": "2030-03-04T11:00"}, "at", forms.END_PASSED),
        ({"until": "chosen", "at": "2030-03-31T02:30"}, "at", None),
        ({"until": "chosen", "at": "2030-10-27T02:30"}, "at", None),
        ({"note": "x" * (MAX_NOTE + 1)}, "note", forms.NOTE_TOO_LONG),
        ({"words_fr": "x" * (MAX_WORDS + 1)}, "words_fr", forms.WORDS_TOO_LONG),
        ({"words_en": "… !"}, "words_en", forms.WORDS_UNSPEAKABLE),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field_and_nothing_typed_is_lost(
    console: ConsoleApp, anne: ConsoleUser, fields: dict[str, str], field: str, error: object
) -> None:
    usual = {"number": "", "until": "hour", "note": "Une raison", "words_fr": "Des mots."}
    answer = anne.post("/switch/closed", {**usual, **fields})
    assert answer.status_code == 422
    assert f'id="closed-{field}-error"' in answer.text and f'href="#closed-{field}"' in answer.text
    if error:
        assert with_ordinary_spaces(error.in_language("fr")).replace("'", "&#39;") in answer.text
    for name in usual.keys() - fields.keys() - {"number", "until"}:
        assert usual[name] in answer.text
    assert overrides.list_overrides(console.database) == ()


@pytest.mark.long
def test_a_time_that_clocks_show_twice_is_asked_back_and_then_taken(console: ConsoleApp, anne: ConsoleUser) -> None:
    fields = {"number": "", "until": "chosen", "at": "2030-10-27T02:30", "at_pass": "second"}
    assert anne.post("/switch/closed", fields).status_code == 303
    (found,) = overrides.list_overrides(console.database)
    assert found.ends_at == datetime(2030, 10, 27, 1, 30, tzinfo=UTC)


def test_open_by_hand_always_has_an_end(console: ConsoleApp, anne: ConsoleUser) -> None:
    assert anne.post("/switch/open", {"number": "", "until": "revoked"}).status_code == 422
    assert anne.post("/switch/open", {"number": "", "until": "hour"}).status_code == 303


def test_an_unknown_lever_is_no_page(anne: ConsoleUser) -> None:
    assert anne.post("/switch/heating", {}).status_code == 404
    assert anne.post("/switch/heating/end", {}).status_code == 404


@pytest.mark.parametrize("role", [Role.STAFF, Role.MEDIATOR, Role.MESSAGE_EDITOR])
def test_who_may_not_switch_sees_the_state_and_no_button(console: ConsoleApp, role: Role) -> None:
    switches.set_override(console.database, "closed", True, at=NOON)
    page = console.sign_in(role).get("/").text
    assert "Fermé manuellement" in page
    assert "/switch/" not in page and "Tout fonctionne" not in page
