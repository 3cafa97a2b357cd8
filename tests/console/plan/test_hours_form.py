"""Opening hours in their form: copied from day to day, special days picked from a month, errors at their field."""

import html
from datetime import date, timedelta

import pytest
from console_client import ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS
from plan_section import SEED, PlanSection, confirm_change, form_fields, submit_change

from console.plan.month_calendar import join_days
from console.plan.typed_times import normalize_time, normalize_times
from routing.access.permissions import Role
from routing.hours.notation import format_spans
from routing.plan.parsing import parse_plan

PATH = "/plan/hours/always"
SPACE = "\N{NO-BREAK SPACE}"
OFFICE = SEED.replace("mon-sun: 00:00-24:00", "mon: 09:00-12:00, 13:30-18:00")


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    staff = plan_section.console.sign_in(Role.SUPERVISOR)
    confirm_change(staff, staff.post("/plan/text", {"text": OFFICE, "base": "1"}))
    return staff


def press(staff: ConsoleUser, do: str, fields: dict[str, str] | None = None, **changed: str) -> dict[str, str]:
    """The fields of the form after one of its buttons."""
    page = staff.post(PATH, (fields or form_fields(staff.get(PATH))) | changed | {"do": do})
    assert page.status_code == 200, do
    return {name: value for name, value in form_fields(page).items() if not name.startswith("copy-to-")}


def save(staff: ConsoleUser, fields: dict[str, str]) -> None:
    fields = {name: value for name, value in fields.items() if not name.startswith("pick-")}
    assert confirm_change(staff, staff.post(PATH, fields | {"do": "review"})).status_code == 303


def week(plan_section: PlanSection) -> list[str]:
    return [format_spans(spans) for spans in parse_plan(plan_section.text).hours["always"].week]


def test_monday_is_copied_to_the_working_days_by_one_button(plan_section: PlanSection, staff: ConsoleUser) -> None:
    fields = press(staff, "weekdays", **{"mon-1-from": "8h30"})
    assert (fields["fri-1-from"], fields["fri-2-to"], fields["sat-1-from"]) == ("8h30", "18:00", "")
    save(staff, fields)
    assert week(plan_section) == ["08:30-12:00, 13:30-18:00"] * 5 + ["closed"] * 2
    assert "mon-fri: 08:30-12:00, 13:30-18:00" in plan_section.text or "tue-fri: 08:30-12:00" in plan_section.text


def test_a_day_is_copied_to_others_and_an_empty_day_empties_them(plan_section: PlanSection, staff: ConsoleUser) -> None:
    fields = press(staff, "copy", **{"copy-from": "mon", "copy-to-wed": "on", "copy-to-sat": "on"})
    assert (fields["wed-1-from"], fields["sat-2-to"], fields["thu-1-from"]) == ("09:00", "18:00", "")
    fields = press(staff, "copy", fields, **{"copy-from": "sun", "copy-to-wed": "on", "copy-to-mon": "on"})
    assert (fields["wed-1-from"], fields["mon-2-to"], fields["sat-2-to"]) == ("", "", "18:00")
    save(staff, fields)
    assert [day != "closed" for day in week(plan_section)] == [False] * 5 + [True, False]
    for nonsense in ("", "mon", "xxx"):
        press(staff, "copy", **{"copy-from": nonsense, "copy-to-mon": "on"})


def test_a_day_gets_one_more_period(plan_section: PlanSection, staff: ConsoleUser) -> None:
    fields = press(staff, "span")
    assert "mon-3-to" in fields
    save(staff, fields | {"mon-3-from": "20 h", "mon-3-to": "22.15"})
    assert week(plan_section)[0] == "09:00-12:00, 13:30-18:00, 20:00-22:15"


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"tue-1-from": "9"}, "tue-1-to", "dites jusqu'à quand"),
        ({"tue-2-to": "9"}, "tue-2-from", "dites à partir de quand"),
        ({"tue-1-from": "18", "tue-1-to": "9"}, "tue-1-to", "finit avant de commencer"),
        ({"tue-1-from": "9", "tue-1-to": "9"}, "tue-1-to", "finit avant de commencer"),
        ({"tue-1-from": "9", "tue-1-to": "12", "tue-2-from": "11", "tue-2-to": "14"}, "tue-2-from", "avant la fin"),
        (
            {"tue-1-from": "9", "tue-1-to": "24:01"},
            "tue-1-to",
            "'24:01' n'est pas une heure ; la dernière",
        ),
        ({"tue-1-from": "9:60", "tue-1-to": "18"}, "tue-1-from", "'9:60' n'est pas une heure"),
        ({"tue-1-from": "neuf", "tue-1-to": "18"}, "tue-1-from", "'neuf' n'est pas une heure"),
        ({"from-0": "", "open-0": "9-12"}, "from-0", "dites quel jour"),
        ({"from-0": "2031-01-06", "to-0": "2031-01-05"}, "from-0", "à l'envers"),
        ({"from-0": "2031-01-06", "open-0": "18-9"}, "open-0", "finit avant de commencer"),
        ({"from-0": "1066-01-06"}, "from-0", "n'est pas dans les années"),
    ],
)
def test_a_wrong_time_is_refused_at_its_field_with_what_was_typed(
    plan_section: PlanSection, staff: ConsoleUser, changed: dict[str, str], field: str, reason: str
) -> None:
    row = dict.fromkeys(("from-0", "to-0", "open-0", "fr-0", "en-0"), "") if "from-0" in changed else {}
    page = submit_change(staff, PATH, **(row | changed))
    assert page.status_code == 422
    assert reason in html.unescape(page.text.partition(f'id="{field}-error"')[2].partition("</p>")[0])
    assert f'href="#{field}"' in page.text
    assert {name: form_fields(page)[name] for name in changed} == changed
    assert plan_section.text == OFFICE


def test_wrong_times_of_several_days_are_all_named(staff: ConsoleUser) -> None:
    page = submit_change(staff, PATH, **{"tue-1-from": "9", "thu-1-from": "x", "thu-1-to": "12"})
    assert 'id="tue-1-to-error"' in page.text and 'id="thu-1-from-error"' in page.text


def test_days_are_picked_from_a_month_and_those_in_a_row_are_one_entry(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    first = plan_section.console.now.date().replace(day=1) + timedelta(days=40)
    month = f"{first:%Y-%m}"
    days = [date.fromisoformat(f"{month}-{day}") for day in ("03", "04", "05", "11")]
    fields = press(staff, f"month:{month}")
    assert fields["month"] == month
    fields = {name: value for name, value in fields.items() if not name.startswith("pick-")}
    fields = press(
        staff, f"month:{(first.replace(day=28) + timedelta(days=9)):%Y-%m}", fields, **{f"pick-{d}": "on" for d in days}
    )
    assert fields[f"pick-{days[0]}"] == "on"  # what is ticked in another month is kept
    ticked = {name: value for name, value in fields.items() if not name.startswith("pick-")}
    fields = press(staff, "pick", ticked, **{f"pick-{d}": "on" for d in days})
    rows = [(fields[f"from-{n}"], fields[f"to-{n}"]) for n in (0, 1)]
    assert rows == [(str(days[0]), str(days[2])), (str(days[3]), "")]
    save(staff, fields | {"open-1": "9h-12h", "fr-0": "Nous sommes en congés.", "en-0": "We are on holiday."})
    exceptions = parse_plan(plan_section.text).hours["always"].exceptions
    assert {*exceptions} == {*days} and format_spans(exceptions[days[3]].spans) == "09:00-12:00"
    assert exceptions[days[1]].texts == {"fr": "Nous sommes en congés.", "en": "We are on holiday."}


def test_the_month_and_the_next_two_weeks_show_what_is_typed(plan_section: PlanSection, staff: ConsoleUser) -> None:
    today = plan_section.console.now.date()
    soon = today + timedelta(days=3)
    fields = form_fields(staff.get(PATH)) | {"holidays": "metropolitan", "from-0": str(soon), "open-0": "10-11"}
    fields |= {"to-0": "", "fr-0": "", "en-0": ""}
    page = html.unescape(staff.post(PATH, fields | {"do": "preview"}).text)
    assert page.count('class="bar-day"') == 14
    assert f"de 10{SPACE}h à 11{SPACE}h (jour particulier)" in page
    wrong = staff.post(PATH, fields | {"mon-1-from": "x", "do": "preview"})
    assert wrong.status_code == 200 and 'class="bar-day"' not in wrong.text


def test_months_that_are_past_or_none_show_this_month(plan_section: PlanSection, staff: ConsoleUser) -> None:
    now = f"{plan_section.console.now:%Y-%m}"
    for month in ("1999-01", "2031-13", "x", "", "0001-01", "9999-12", "2101-01", "2030-1<b>"):
        assert press(staff, f"month:{month}")["month"] == now
    assert press(staff, "month:2100-12")["month"] == "2100-12"
    picks = {f"pick-{text}": "on" for text in ("", "x", "2031-02-30", "0001-01-01", "20310203")}
    assert "from-0" not in press(staff, "pick", **picks) or press(staff, "pick", **picks)["from-0"] == ""


def test_naughty_strings_in_every_field_and_button(plan_section: PlanSection, staff: ConsoleUser) -> None:
    page = form_fields(staff.get(PATH))
    names = ("mon-1-from", "mon-2-to", "copy-from", "month", "spans", "holidays", "from-0", "to-0", "open-0", "fr-0")
    for text in NAUGHTY_STRINGS:
        for do in ("preview", "copy", f"month:{text}", "pick", "span", "review", text):
            answer = staff.client.post(PATH, data=page | dict.fromkeys(names, text) | {f"pick-{text}": text, "do": do})
            assert answer.status_code in (200, 422), (do, text)
            assert not any(each in answer.text for each in ("<script>alert", "<img src=x", "<svg onload")), text
    assert plan_section.text == OFFICE


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        *(
            ("9", "09:00"),
            ("9h", "09:00"),
            ("9 h 30", "09:30"),
            ("9H30", "09:30"),
            ("09:30", "09:30"),
            ("9.30", "09:30"),
        ),
        *(
            ("930", "09:30"),
            ("0930", "09:30"),
            ("24:00", "24:00"),
            ("24", "24:00"),
            ("9 am", "09:00"),
            ("9:30 p.m.", "21:30"),
        ),
        *(
            ("12 am", "00:00"),
            ("12 pm", "12:00"),
            (f"9{SPACE}h{SPACE}30", "09:30"),
            ("13 pm", "13 pm"),
            ("neuf", "neuf"),
        ),
        *(("", ""), ("9h3", "9h3"), ("99999", "99999"), ("\N{ARABIC-INDIC DIGIT NINE}", "\N{ARABIC-INDIC DIGIT NINE}")),
    ],
)
def test_a_time_is_read_as_people_type_it(typed: str, time: str) -> None:
    assert normalize_time(typed) == time


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("9-12", "09:00-12:00"),
        ("9h–12h30, 13h30–18h", "09:00-12:30, 13:30-18:00"),
        ("9 h à 12 h et 14 h à 18 h", "09:00-12:00, 14:00-18:00"),
        ("9 am to 5 pm", "09:00-17:00"),
        ("closed", "closed"),
        ("9", "9"),
    ],
)
def test_spans_are_read_as_people_type_them(typed: str, spans: str) -> None:
    assert normalize_times(typed) == spans


def test_days_in_a_row_are_joined() -> None:
    days = [date(2031, 1, day) for day in (1, 2, 3, 5)]
    assert [*join_days(days)] == [(days[0], days[2]), (days[3], days[3])]
    assert [*join_days([])] == []
