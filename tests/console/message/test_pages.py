"""Messages: from a file to what the next caller hears, and back to an earlier version."""

import io
import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from announcement_plans import change_daily_announcement
from audio_services import make_tone_file
from console_client import ConsoleApp, ConsoleUser
from werkzeug.test import TestResponse

from prompts.audio.pcm import measure, read_wav
from records import changes
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind
from records.calls.calls import add_events, open_call
from records.messages import message_audio, message_drafts, message_versions
from routing.access.permissions import Role
from routing.messages import MessageVersion, NoMessagePolicy, find_on_air


def upload(
    staff: ConsoleUser, file: Path, *, name: str | None = None, text: str = "", announcement: str = "daily"
) -> TestResponse:
    sent = (io.BytesIO(file.read_bytes()), name if name is not None else file.name)
    return staff.post("/draft/new", {"file": sent, "text": text, "announcement": announcement})


def draft_path(staff: ConsoleUser, answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return answer.location


def form_values(page: str) -> dict[str, str]:
    """The form of a draft as a browser would send it unchanged."""
    found = {}
    for name in ("revision", "seen", "from_s", "until_s", "start", "end"):
        tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert tag, name
        value = re.search(r'value="([^"]*)"', tag[0])
        found[name] = value[1] if value else ""
    return {**found, "when": "now"}


def press(staff: ConsoleUser, draft: str, do: str, **changed: object) -> TestResponse:
    return staff.post(draft, {**form_values(staff.get(draft).text), "do": do, **changed})


def upload_and_publish(staff: ConsoleUser, file: Path, **changed: object) -> TestResponse:
    return press(staff, draft_path(staff, upload(staff, file)), "publish", **changed)


def on_air(
    console: ConsoleApp, announcement: str = "daily", when_none: NoMessagePolicy = NoMessagePolicy.KEEP_LAST
) -> MessageVersion | None:
    return find_on_air(
        message_versions.list_versions(console.database, announcement), announcement, console.now, when_none
    ).version


@pytest.fixture
def anne(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.MESSAGE_EDITOR, console.add_user(Role.MESSAGE_EDITOR, name="Anne"))


@pytest.fixture
def basile(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.SUPERVISOR, console.add_user(Role.SUPERVISOR, name="Basile"))


def test_a_file_is_trimmed_transcribed_previewed_at_8_khz_and_published(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    assert "Aucun message" in anne.get("/message").text
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "du jour.mp3", silence_s=2)))
    page = anne.get(draft).text
    fields = form_values(page)
    assert float(fields["from_s"]) == pytest.approx(1.85, abs=0.15)  # leading silence is trimmed
    assert float(fields["until_s"]) == pytest.approx(5, abs=0.15)
    assert "Niveau bon" in page and "du jour.mp3" in page

    shape = json.loads(anne.get(f"{draft}/shape.json").text)
    assert shape["seconds"] == pytest.approx(5, abs=0.2) and len(shape["peaks"]) == 800
    assert max(shape["peaks"][:250]) < 3 < min(shape["peaks"][400:750])

    preview = anne.get(f"{draft}/preview.wav?from=2.5&until=4", headers={"Range": "bytes=0-99"})
    assert (preview.status_code, len(preview.data)) == (206, 100)
    (tmp_path / "heard.wav").write_bytes(anne.get(f"{draft}/preview.wav?from=2.5&until=4").data)
    sound = read_wav(tmp_path / "heard.wav")
    assert (sound.rate, sound.seconds) == (8000, pytest.approx(1.5, abs=0.05))
    assert measure(sound).active_dbfs == pytest.approx(-20, abs=2)

    answer = press(anne, draft, "publish", from_s="2,5", until_s="4", text="Bonjour à tous.\r\nÀ demain.")
    assert answer.location == "/message?announcement=daily"
    version = on_air(console)
    assert version and (version.published_by, version.text) == ("Anne", "Bonjour à tous.\nÀ demain.")
    assert message_audio.get_audio(console.database, version.audio).seconds == pytest.approx(1.5, abs=0.1)
    home = anne.get("/message").text
    assert "le prochain appelant entend ce message" in home and "Par Anne" in home and "À demain." in home
    assert anne.get(f"/message/version/{version.id}.wav").data == preview_of(anne, draft)
    assert [one.kind for one in changes.list_changes(console.database, command_line_actor("test"))][:1] == [
        "message.publish"
    ]


def preview_of(staff: ConsoleUser, draft: str) -> bytes:
    """The preview on the page of the draft."""
    return staff.get(f"{draft}/preview.wav?from=2.5&until=4").data


def test_a_draft_can_be_saved_or_discarded(console: ConsoleApp, anne: ConsoleUser, tmp_path: Path) -> None:
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "a.wav"), text="Un début."))
    assert "Un début." in anne.get(draft).text
    press(anne, draft, "save", from_s="1", text="Une suite.")
    assert "Une suite." in anne.get("/message").text
    assert form_values(anne.get(draft).text)["from_s"] == "1.0"
    home = press(anne, draft, "discard").location
    assert f'href="{draft}"' not in anne.get(home).text and anne.get(draft).status_code == 303
    assert on_air(console) is None

    assert f'action="{draft}/restore"' in anne.get(home).text
    assert anne.post(f"{draft}/restore").location == draft
    assert "Une suite." in anne.get(draft).text
    press(anne, draft, "discard")
    console.advance_clock(days=7)
    anne = console.sign_in(user=anne.user)
    assert f"{draft}/restore" not in anne.get("/message").text
    assert anne.post(f"{draft}/restore").status_code == 404


def test_a_draft_saves_itself_and_tells_the_script_what_became_of_it(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "a.wav")))
    fields = {**form_values(anne.get(draft).text), "do": "save", "text": "Bonjour."}
    script, period = {"Accept": "application/json"}, {"when": "later", "start": "2030-03-05T08:00"}
    assert anne.post(draft, {**fields, **period}, headers=script).json == {"revision": 2}
    page = anne.get(draft).text
    assert "Bonjour." in page and form_values(page)["start"] == "2030-03-05T08:00"

    other = anne.post(draft, fields, headers=script)  # of the revision before
    assert other.status_code == 409 and "Pas encore enregistré" in other.json["error"]
    wrong = anne.post(draft, {**fields, "revision": "2", "from_s": "x"}, headers=script)
    assert wrong.status_code == 422 and "Bonjour." in anne.get(draft).text


def test_a_draft_keeps_which_of_two_equal_times_was_chosen(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "a.wav")))
    fields = {**form_values(anne.get(draft).text), "do": "save", "when": "later", "start": "2030-10-27T02:30"}
    script = {"Accept": "application/json"}
    asked = anne.post(draft, fields, headers=script)
    assert asked.status_code == 422

    assert anne.post(draft, {**fields, "start_pass": "second"}, headers=script).json == {"revision": 2}
    page = anne.get(draft).text
    assert 'name="start_pass" value="second" checked' in page
    assert 'name="start_pass" value="first">' in page


def test_a_message_is_published_for_later_and_until_its_end(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    upload_and_publish(anne, make_tone_file(tmp_path / "now.wav"))
    first = on_air(console)
    period = {"when": "later", "start": "2030-03-05T08:00", "end": "2030-03-05T18:00"}
    answer = upload_and_publish(anne, make_tone_file(tmp_path / "later.wav", 600), **period)
    assert "passera en ligne à l'heure choisie" in unescape(anne.get(answer.location).text)

    assert on_air(console) == first
    home = anne.get("/message").text
    assert "mardi 5 mars 2030, 8 h 00" in home.replace("\xa0", " ") and "18 h 00" in home.replace("\xa0", " ")
    console.advance_clock(days=1)
    version = on_air(console)
    assert version and version.valid_from == datetime(2030, 3, 5, 7, tzinfo=UTC)


MISTAKES = [
    ({"from_s": "x"}, "Écrivez un nombre de secondes"),
    ({"from_s": "nan"}, "Écrivez un nombre de secondes"),
    ({"from_s": "-1"}, "Écrivez un nombre de secondes"),
    ({"from_s": "2", "until_s": "1"}, "La fin vient après le début"),
    ({"until_s": "1e9"}, "La fin vient après le début"),
    ({"from_s": "1", "until_s": "1.1"}, "Il ne reste rien de ce message"),
    ({"when": "later", "start": "demain"}, "Écrivez un jour et une heure"),
    ({"when": "later"}, "Indiquez quand il commence ou finit"),
    ({"when": "later", "end": "2030-03-04T11:00"}, "Cette fin est déjà passée"),
    ({"when": "later", "start": "2031-01-02T10:00", "end": "2031-01-01T10:00"}, "Cette fin est déjà passée"),
    ({"text": "a" * 5001}, "trop long"),
]


def test_errors_are_shown_at_their_field_and_nothing_typed_is_lost(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "a.wav")))
    for changed, reason in MISTAKES:
        answer = press(anne, draft, "publish", **{"text": "Mon texte.", **changed})
        assert answer.status_code == 422 and reason in answer.text, changed
        typed = {"text": "Mon texte.", **changed}
        kept = (f'value="{value}"' in answer.text or f">\r\n{value}<" in answer.text for value in typed.values())
        assert all(kept), changed
    assert on_air(console) is None


def test_a_message_that_is_too_long_stays_a_draft_and_can_be_trimmed(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "long.mp3", seconds=120)))
    answer = press(anne, draft, "publish")
    assert answer.status_code == 422 and "pour 90 au plus" in answer.text
    assert press(anne, draft, "publish", until_s="60").status_code == 303
    assert on_air(console)


HOSTILE = [
    (b"", "Ce fichier est vide"),
    (b"%PDF-1.7\n" + b"x" * 500, "un document et non un fichier son"),
    (b"#EXTM3U\n#EXTINF:9,\n/etc/passwd\n", "un texte ou une liste de lecture"),
    (b"<svg onload=alert(1)>", "un texte ou une liste de lecture"),
    (b"RIFF\x24\x00\x00\x00WAVE", "s'arrête avant sa fin"),
    (b"\0\0\0\x18ftypM4A " + b"\x01" * 5000, "abîmé"),
]


def test_a_hostile_file_is_refused_with_a_sentence_and_the_message_on_air_stays(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    upload_and_publish(anne, make_tone_file(tmp_path / "good.wav"))
    before, bad = on_air(console), tmp_path / "bad.mp3"
    for content, reason in HOSTILE:
        bad.write_bytes(content)
        answer = upload(anne, bad, text="Mon texte.")
        assert answer.status_code == 422 and reason in unescape(answer.text), content[:20]
        sent = {"file": (io.BytesIO(content), "bad.mp3")}
        script = anne.post("/draft/new", sent, headers={"Accept": "application/json"})
        assert script.status_code == 422 and reason in script.json["error"], content[:20]
    assert on_air(console) == before and not message_drafts.list_open_drafts(
        console.database, anne.user.actor, ["daily"]
    )


def test_silent_low_and_distorted_recordings_are_reported(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    silent = upload(anne, make_tone_file(tmp_path / "silent.wav", gain_db=-90))
    assert silent.status_code == 422 and "n'entend rien" in unescape(silent.text)
    low = anne.get(draft_path(anne, upload(anne, make_tone_file(tmp_path / "low.wav", gain_db=-42)))).text
    assert "Niveau trop faible" in low
    loud = anne.get(draft_path(anne, upload(anne, make_tone_file(tmp_path / "loud.wav", gain_db=0.06)))).text
    assert "Niveau trop fort" in loud


def offered(staff: ConsoleUser) -> list[str]:
    """The texts of the earlier messages that the page offers to put back."""
    return re.findall(r"<br>« (.*?) »", staff.get("/message").text)


def test_one_click_restores_an_earlier_message(console: ConsoleApp, anne: ConsoleUser, tmp_path: Path) -> None:
    versions = []
    for hertz in (440, 600, 800):
        upload_and_publish(anne, make_tone_file(tmp_path / f"{hertz}.wav", hertz), text=f"Message {hertz}.")
        versions.append(on_air(console))
        console.advance_clock(minutes=10)
    assert offered(anne) == ["Message 600.", "Message 440."]

    anne.post(f"/message/version/{versions[0].id}/back")
    assert offered(anne) == ["Message 800.", "Message 600."]

    again = on_air(console)
    assert again and again.audio == versions[0].audio and again.id > versions[2].id
    history = anne.get("/message/history").text
    assert history.count("Remettre celui-ci") == 3 and history.count("<audio") == 4
    (last, *_) = changes.list_changes(console.database, command_line_actor("test"))
    assert (last.kind, last.by, last.before["version"], last.after["again"]) == (
        "message.put_back",
        "Anne",
        versions[2].id,
        versions[0].id,
    )
    assert anne.post("/message/version/999/back").status_code == 404


def test_a_warning_shows_that_yesterdays_message_is_still_on_air_after_renew_by(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warning = "encore le message d&#39;un autre jour"
    upload_and_publish(anne, make_tone_file(tmp_path / "a.wav"))
    console.now = datetime(2030, 3, 5, 8, 59, tzinfo=UTC)  # 9:59 in Paris
    anne = console.sign_in(user=anne.user)
    change_daily_announcement(console, monkeypatch, renew_by="10:00")
    assert warning not in anne.get("/message").text
    console.advance_clock(minutes=1)
    assert warning in anne.get("/message").text
    upload_and_publish(anne, make_tone_file(tmp_path / "b.wav", 600))
    assert warning not in anne.get("/message").text


def test_the_chart_shows_how_far_callers_listen(console: ConsoleApp, anne: ConsoleUser, tmp_path: Path) -> None:
    upload_and_publish(anne, make_tone_file(tmp_path / "a.wav", seconds=10))
    assert "Personne ne l&#39;a encore entendu" in anne.get("/message").text
    version = on_air(console)
    for number, (seconds, whole) in enumerate([(10.2, True), (10.2, True), (5.5, False), (1.2, False)]):
        ref = f"1.{number}"
        live = {"landing": "+33199000000", "public_number": None, "caller": None, "withheld": True, "language": "fr"}
        open_call(console.database, ref, **live, plan_version=None, at=console.now)
        detail = {"version": version.id, "seconds": seconds, "whole": whole}
        add_events(console.database, ref, [CallEvent(console.now, CallEventKind.MESSAGE_HEARD, detail)])
    page = anne.get("/message").text
    assert "Entendu 4 fois, dont 2 jusqu&#39;au bout." in page
    assert "75 % des appelants en entendent la moitié, 50 % la fin" in page
    shares = [int(share) for share in re.findall(r"<title>(\d+) % écoutent encore", page)]
    assert shares == [100, 75, 75, 75, 75, 50, 50, 50, 50, 50]
    assert "entendu 4 fois" in anne.get("/message/history").text


def test_two_editors_of_one_draft_do_not_overwrite_each_other(
    console: ConsoleApp, anne: ConsoleUser, basile: ConsoleUser, tmp_path: Path
) -> None:
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "a.wav")))
    seen_by_anne = form_values(anne.get(draft).text)
    press(basile, draft, "save", text="Le texte de Basile.", from_s="0.5")

    answer = anne.post(draft, {**seen_by_anne, "do": "publish", "text": "Le texte d'Anne."})

    assert answer.status_code == 409 and on_air(console) is None
    assert "Basile a modifié ce brouillon" in answer.text
    assert "Le texte de Basile." in answer.text and "Le texte d&#39;Anne." in answer.text
    again = {**form_values(answer.text), "do": "publish", "text": "Le texte d'Anne."}
    assert anne.post(draft, again).status_code == 303
    assert on_air(console).text == "Le texte d'Anne."
    assert basile.post(draft, again).location == "/message/history?announcement=daily"


def test_the_second_of_two_publishers_is_warned_and_can_publish_anyway(
    console: ConsoleApp, anne: ConsoleUser, basile: ConsoleUser, tmp_path: Path
) -> None:
    hers = draft_path(anne, upload(anne, make_tone_file(tmp_path / "a.wav")))
    seen_by_anne = form_values(anne.get(hers).text)
    upload_and_publish(basile, make_tone_file(tmp_path / "b.wav", 600), text="Celui de Basile.")
    first = on_air(console)

    answer = anne.post(hers, {**seen_by_anne, "do": "publish", "text": "Le mien."})

    assert answer.status_code == 409 and on_air(console) == first
    assert "Basile a publié un autre message" in answer.text and f"/message/version/{first.id}.wav" in answer.text
    assert "Le mien." in answer.text and "Publier quand même" in answer.text
    assert anne.post(hers, {**form_values(answer.text), "do": "publish", "text": "Le mien."}).status_code == 303
    assert on_air(console).text == "Le mien."
    assert "Celui de Basile." in anne.get("/message/history").text


def badge_of_messages(staff: ConsoleUser) -> str:
    found = re.search(r'<span data-live-part="badge-message">(.*?)</span></a>', staff.get("/own").text)
    assert found
    return found[1]


def test_an_author_cannot_approve_their_own_message(
    console: ConsoleApp, basile: ConsoleUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_daily_announcement(console, monkeypatch, approval="second")
    claire = console.sign_in(Role.SUPERVISOR, console.add_user(Role.SUPERVISOR, name="Claire"))
    draft = draft_path(basile, upload(basile, make_tone_file(tmp_path / "a.wav")))
    page = basile.get(draft).text
    assert "Faire approuver" in page and ">Publier<" not in page
    assert press(basile, draft, "publish").status_code == 409  # also refused where the page does not offer it
    press(basile, draft, "hand_in", text="Pour demain.")

    assert "Approuver et publier" not in basile.get(draft).text
    assert press(basile, draft, "approve").status_code == 403
    assert on_air(console) is None
    assert "À approuver" in claire.get("/message").text
    assert "1 élément vous attend" in badge_of_messages(claire) and badge_of_messages(basile) == ""
    console.advance_clock(hours=1)
    press(claire, draft, "approve")

    version = on_air(console)
    assert version and (version.published_by, version.text, version.valid_from) == (
        "Basile",
        "Pour demain.",
        console.now,
    )
    authors = {one.kind: one.by for one in changes.list_changes(console.database, command_line_actor("test"))}
    assert authors["message.hand_in"] == "Basile" and authors["message.approve"] == "Claire"


def test_a_refusal_has_a_reason_and_the_conflict_names_who_sent_the_message_back(
    console: ConsoleApp, basile: ConsoleUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_daily_announcement(console, monkeypatch, approval="second")
    claire = console.sign_in(Role.SUPERVISOR, console.add_user(Role.SUPERVISOR, name="Claire"))
    draft = draft_path(basile, upload(basile, make_tone_file(tmp_path / "a.wav")))
    press(basile, draft, "hand_in", text="Pour demain.", title="Demain")
    open_page = form_values(basile.get(draft).text)
    assert "Que faut-il changer" in claire.get(draft).text and "Que faut-il changer" not in basile.get(draft).text

    empty = press(claire, draft, "send_back")
    assert empty.status_code == 422 and "Écrivez ce qu&#39;il faut changer" in empty.text
    assert press(claire, draft, "send_back", reason="Trop long, <b>coupez</b>.").status_code == 303

    assert "Renvoyé" in basile.get("/message").text
    page = basile.get(draft).text
    assert "Claire a renvoyé ce message" in page and "Trop long, &lt;b&gt;coupez&lt;/b&gt;." in page
    assert "Que faut-il changer" not in page
    conflict = basile.post(draft, {**open_page, "do": "save", "text": "Autre chose."})
    assert conflict.status_code == 409 and "Claire a modifié ce brouillon" in conflict.text

    press(basile, draft, "hand_in", text="Plus court.")
    assert "a renvoyé ce message" not in basile.get(draft).text
    assert press(basile, draft, "send_back").status_code == 303  # an author takes it back without a reason
    assert "a renvoyé ce message" not in basile.get(draft).text
    (last, *_) = [
        one for one in changes.list_changes(console.database, command_line_actor("test")) if "reason" in one.after
    ]
    assert (last.kind, last.by, last.after["reason"]) == ("message.send_back", "Claire", "Trop long, <b>coupez</b>.")


def test_a_message_is_typed_and_said_by_the_voice(console: ConsoleApp, anne: ConsoleUser, tmp_path: Path) -> None:
    new = {"do": "speak", "announcement": "daily", "text": "La mairie ferme à midi.", "title": "Fermeture"}
    draft = draft_path(anne, anne.post("/draft/new", new))
    page = anne.get(draft).text
    assert "dit par la voix de synthèse" in page and 'value="Fermeture"' in page
    other = press(anne, draft, "publish", text="La mairie ferme à treize heures.", title="Fermeture")
    assert other.status_code == 422 and "a dit autre chose" in other.text and on_air(console) is None
    press(anne, draft, "speak", text="La mairie ferme à treize heures.", title="Fermeture")
    assert press(anne, draft, "publish", text="La mairie ferme à treize heures.", title="Fermeture").status_code == 303
    version = on_air(console)
    assert version and (version.title, version.text) == ("Fermeture", "La mairie ferme à treize heures.")
    assert "Fermeture" in anne.get("/message").text and "Fermeture" in anne.get("/message/history").text


def test_bookmarks_of_drafts_lead_to_their_page(anne: ConsoleUser, tmp_path: Path) -> None:
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "a.wav")))
    assert anne.get(f"/message{draft}").location == draft


def test_a_user_who_may_only_listen_is_offered_nothing_else(
    console: ConsoleApp, anne: ConsoleUser, tmp_path: Path
) -> None:
    upload_and_publish(anne, make_tone_file(tmp_path / "a.wav"))
    listener = console.sign_in(Role.STAFF)
    page = listener.get("/message").text
    assert "<audio" in page and "Choisir un fichier" not in page and "Remettre" not in page
    assert "Remettre" not in listener.get("/message/history").text
    version = on_air(console)
    assert listener.post(f"/message/version/{version.id}/back").status_code == 403


def test_sounds_of_closed_drafts_are_removed(console: ConsoleApp, anne: ConsoleUser, tmp_path: Path) -> None:
    drafts = tmp_path / "drafts"
    upload_and_publish(anne, make_tone_file(tmp_path / "a.wav"))
    assert len(list(drafts.glob("*.json"))) == 1 and drafts.stat().st_mode & 0o077 == 0
    draft = draft_path(anne, upload(anne, make_tone_file(tmp_path / "b.wav", 600)))
    draft_path(anne, upload(anne, make_tone_file(tmp_path / "c.wav", 700)))
    assert len(list(drafts.glob("*.json"))) == 2
    assert anne.get(f"{draft}/preview.wav").status_code == 200
