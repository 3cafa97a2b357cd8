"""A calendar file is imported on a page: its report, its questions, the review and the way back."""

import html
import io

import pytest
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS
from plan_section import SEED, PlanSection, confirm_change, form_fields
from werkzeug.test import TestResponse

from routing.access.permissions import Role
from routing.hours.ical import MAX_BYTES
from routing.hours.notation import format_spans
from routing.plan.parsing import parse_plan

PATH = "/plan/hours/always/import"
OFFICE = SEED.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00")


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    staff = plan_section.console.sign_in(Role.SUPERVISOR)
    confirm_change(staff, staff.post("/plan/text", {"text": OFFICE, "base": "1"}))
    return staff


@pytest.fixture
def year(plan_section: PlanSection) -> int:
    """A year of which the import reads every day from June on."""
    return plan_section.console.now.year + 1


def calendar(*events: str) -> bytes:
    parts = (f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT" for number, event in enumerate(events))
    return "\n".join(["BEGIN:VCALENDAR", *parts, "END:VCALENDAR", ""]).encode()


def upload(staff: ConsoleUser, content: bytes) -> TestResponse:
    fields = {"file": (io.BytesIO(content), "days.ics"), "do": "read"}
    page = staff.post(PATH, fields, content_type="multipart/form-data", buffered=True)
    page.request.environ["wsgi.input"].close()  # the client writes a large request into a file, and leaves it open
    return page


def exceptions(plan_section: PlanSection) -> dict[str, str]:
    days = parse_plan(plan_section.text).hours["always"].exceptions
    return {f"{day:%m-%d}": format_spans(special.spans) for day, special in days.items()}


def test_a_calendar_is_imported_with_its_report_reviewed_and_published(
    plan_section: PlanSection, staff: ConsoleUser, year: int
) -> None:
    content = calendar(
        f"DTSTART;VALUE=DATE:{year}0106\nDTEND;VALUE=DATE:{year}0109\nSUMMARY:Inventaire",
        f"DTSTART:{year}0203T140000\nDTEND:{year}0203T160000\nSUMMARY:Fermé",
        f"DTSTART:{year}0304T080000\nDTEND:{year}0305T080000\nSUMMARY:Astreinte <b>",
        f"DTSTART;VALUE=DATE:{year}0407\nSTATUS:CANCELLED\nSUMMARY:Pont",
    )
    page = upload(staff, content)
    said = html.unescape(page.text)
    assert page.status_code == 200 and plan_section.text == OFFICE
    assert "Du " in said and ": fermé (Inventaire)." in said
    assert (
        "de 9\N{NO-BREAK SPACE}h à 14\N{NO-BREAK SPACE}h et de 16\N{NO-BREAK SPACE}h à 18\N{NO-BREAK SPACE}h (Fermé)."
        in said
    )
    assert "« Pont »" in said and "est annulé." in said
    assert "« Astreinte <b> »" in said and "ouvrirait pendant environ un jour." in said and "<b>" not in page.text

    answered = staff.post(PATH, form_fields(page) | {"answer-2": "closed", "do": "read"})
    assert "(Astreinte <b>)." in html.unescape(answered.text) and 'value="closed" checked' in answered.text
    fields = form_fields(answered) | {"answer-2": "closed"}
    review = staff.post(PATH, fields | {"do": "review"})
    assert "nous serons fermés" in html.unescape(review.text)

    back = staff.post(PATH, form_fields(review) | {"do": "correct"})
    assert back.status_code == 200 and 'value="closed" checked' in back.text
    assert form_fields(back)["content"] == form_fields(page)["content"]

    assert confirm_change(staff, review).status_code == 303
    assert exceptions(plan_section) == {
        **dict.fromkeys(("01-06", "01-07", "01-08"), "closed"),
        "02-03": "09:00-14:00, 16:00-18:00",
        "03-04": "closed",
    }
    assert "# imported: Inventaire" in plan_section.text


def test_a_day_that_a_person_wrote_stays_and_the_report_says_so(
    plan_section: PlanSection, staff: ConsoleUser, year: int
) -> None:
    by_hand = f"mon-fri: 09:00-18:00\n    exceptions:\n      {year}-01-06: 10:00-11:00"
    text = OFFICE.replace("mon-fri: 09:00-18:00", by_hand)
    confirm_change(staff, staff.post("/plan/text", {"text": text, "base": "2"}))
    page = html.unescape(upload(staff, calendar(f"DTSTART;VALUE=DATE:{year}0106\nSUMMARY:Fermé")).text)
    assert "Vos propres horaires restent : de 10\N{NO-BREAK SPACE}h à 11\N{NO-BREAK SPACE}h." in page


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Choisissez un fichier de calendrier"),
        (b"<html>", "ne commence pas par BEGIN:VCALENDAR"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "sa fin manque (END:VCALENDAR)"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "ne contient aucun événement"),
        (b"x" * (MAX_BYTES + 1), "dépasse 1000000 octets"),
        (calendar(*["DTSTART;VALUE=DATE:20300101\nRRULE:FREQ=DAILY"] * 60), "se répète"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    staff: ConsoleUser, plan_section: PlanSection, content: bytes, reason: str
) -> None:
    page = upload(staff, content)
    assert page.status_code == 422
    assert reason in html.unescape(page.text.partition('id="file-error"')[2].partition("</p>")[0])
    assert plan_section.text == OFFICE


def test_a_form_that_was_damaged_on_its_way_asks_for_the_file_again(staff: ConsoleUser) -> None:
    for content in ("", "x", "////", "eJw="):
        assert staff.post(PATH, {"content": content, "base": "2", "do": "review"}).status_code == 422
    assert staff.post(PATH, {"typed": "{", "do": "correct"}).status_code == 422
    assert staff.get("/plan/hours/nothing/import").status_code == 404


def test_naughty_strings_as_titles_and_as_files(staff: ConsoleUser, plan_section: PlanSection, year: int) -> None:
    for text in NAUGHTY_STRINGS:
        line = text.replace("\r", " ").replace("\n", " ")
        content = calendar(f"DTSTART;VALUE=DATE:{year}0106\nSUMMARY:{line}", f"DTSTART:{line}\nSUMMARY:Fermé")
        page = upload(staff, content.decode(errors="surrogatepass").encode(errors="replace"))
        assert page.status_code == 200, text
        assert not any(each in page.text for each in ("<script>alert", "<img src=x", "<svg onload")), text
        review = staff.post(PATH, form_fields(page) | {"do": "review"})
        assert review.status_code == 200, text
        assert upload(staff, text.encode(errors="replace")).status_code == 422, text
    assert plan_section.text == OFFICE


def test_a_user_who_may_only_see_the_plan_imports_nothing(plan_section: PlanSection) -> None:
    assert plan_section.console.sign_in(Role.STAFF).get(PATH).status_code == 403
