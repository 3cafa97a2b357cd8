"""The costs of an overflow centre as a page: a month, its file, what differs, and who may see it."""

import html
import re
from io import BytesIO
from pathlib import Path

import pytest
from centre_calls import hand_over
from console_client import ConsoleApp, ConsoleUser
from plan_section import PlanSection
from rich_plan import RICH_PLAN
from werkzeug.test import TestResponse

from records.centres import outcomes
from routing.access.permissions import Role

PLAN = RICH_PLAN.replace("        contacts_min: 200\n", "").replace("        hours_min: 160\n", "")
HERE = "/centres/north/2030-02"


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    section = PlanSection(console, tmp_path)
    section.replace_text(PLAN)
    return section


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


@pytest.fixture
def month(console: ConsoleApp, plan_section: PlanSection) -> list[str]:
    """Four calls of February by the clock of Paris, and one of March."""
    return [
        hand_over(console.database, 1, "2030-01-31T23:30:00+00:00"),  # half past midnight in Paris
        hand_over(console.database, 2, "2030-02-12T10:00:00+00:00"),
        hand_over(console.database, 3, "2030-02-12T11:00:00+00:00", talk_s=4),
        hand_over(console.database, 4, "2030-02-13T10:00:00+00:00", ring_s=None),
        hand_over(console.database, 5, "2030-02-28T23:30:00+00:00"),
    ]


def text_of(page: TestResponse) -> str:
    shown = re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])
    return " ".join(html.unescape(shown).replace("\u202f", " ").split())


def send(staff: ConsoleUser, kind: str, text: str) -> TestResponse:
    file = (BytesIO(text.encode()), "juin.csv")
    return staff.post(HERE, {"kind": kind, "file": file}, content_type="multipart/form-data")


def test_a_month_is_shown_under_both_tariffs(staff: ConsoleUser, month: list[str]) -> None:
    """Two contacts at 2.45, 5 % off because 3 of 4 were answered in time; 320 planned hours at 31.50, 5 % off."""
    shown = text_of(staff.get(HERE))
    assert "4 appels y sont allés, dont 3 avec réponse, 75 % en moins de 20 s (convenu : 80 %)" in shown
    assert "Au contact – c'est ce qui est payé" in shown
    assert "Contacts 2 4,90 €" in shown and "Retenue pour le niveau de service -0,25 € Total 4,65 €" in shown
    assert "Heures d'agents (prévues) 320 10 080,00 €" in shown and "Total 9 576,00 €" in shown
    assert "Au contact, le mois coûte 9 571,35 € de moins." in shown
    assert "25/02/2030 1" in shown


def test_calls_whose_outcome_is_missing_are_counted(console: ConsoleApp, staff: ConsoleUser, month: list[str]) -> None:
    """Of the four calls of February three were answered."""

    def report(reference: str) -> None:
        given = outcomes.find_given_call(console.database, "north", reference)
        assert given is not None
        outcomes.report_outcome(console.database, given.handoff_id, "answered", None, by="North", at=console.now)

    report(month[0])
    report(month[4])
    shown = text_of(staff.get(HERE))
    assert "De 2 appels avec réponse, le centre n'a pas dit ce qu'ils sont devenus." in shown
    report(month[1])
    assert "D'un appel avec réponse, le centre n'a pas dit ce qu'il est devenu." in text_of(staff.get(HERE))
    report(month[2])
    assert "Le centre a dit ce que chaque appel avec réponse est devenu." in text_of(staff.get(HERE))


def test_hours_of_the_centre_take_the_place_of_the_planned_ones(staff: ConsoleUser, month: list[str]) -> None:
    assert send(staff, "hours", "jour;heures\n12/02/2030;3,1\n").status_code == 303
    shown = text_of(staff.get(HERE))
    assert "Heures d'agents 3,25 102,38 €" in shown
    assert "Ses heures de ce mois sont importées." in shown


def test_an_invoice_is_compared_call_by_call_with_the_reason_of_each(staff: ConsoleUser, month: list[str]) -> None:
    first, _second, short, silent, march = month
    lines = [f"{first};2,60", f"{short};2,45", f"{silent};2,45", f"{march};2,45", "abcd;2,45"]
    assert send(staff, "invoice", "Référence;Montant\n" + "\n".join(lines)).status_code == 303
    page = staff.get(HERE)
    shown = text_of(page)
    assert "Elle demande 12,40 € ; selon nous c'est 4,65 €, soit un écart de 7,75 €." in shown
    assert "6 désaccords" in shown
    for reason in (
        "Le montant est différent. 2,45 € 2,60 € 3 appelants attendaient, plus de 2.",
        "La conversation était trop courte pour être payée.",
        "Le centre n'a pas répondu à cet appel.",
        "Cet appel est d'un autre mois.",
        "Aucun appel confié à ce centre n'a cette référence.",
        "Cet appel n'est pas sur la facture.",
    ):
        assert reason in shown, reason
    assert f'href="/calls/{first}"' in page.text


def test_a_second_file_takes_the_place_of_the_first(staff: ConsoleUser, month: list[str]) -> None:
    send(staff, "invoice", f"reference,amount\n{month[0]},2.60\n")
    send(staff, "invoice", f"reference,amount\n{month[0]},2.45\n{month[1]},2.45\n")
    assert "Chaque ligne correspond à un appel." in text_of(staff.get(HERE))


def test_a_file_that_cannot_be_read_changes_nothing(staff: ConsoleUser, month: list[str]) -> None:
    send(staff, "invoice", f"reference,amount\n{month[0]},2.60\n")
    refused = send(staff, "invoice", "reference,amount\nab,deux\n")
    assert refused.status_code == 422
    assert "Ligne 2, colonne « amount » : « deux » n'est pas un nombre, comme 12,50." in text_of(refused)
    assert staff.post(HERE, {"kind": "invoice"}).status_code == 422
    assert "1 désaccord" not in text_of(staff.get("/centres/north/2030-03"))
    assert "2 désaccords" in text_of(staff.get(HERE))


def test_the_calls_of_the_month_are_exported_with_both_costs(staff: ConsoleUser, month: list[str]) -> None:
    send(staff, "invoice", f"reference,amount\n{month[0]},2.60\nab,1\n")
    table = staff.post(f"{HERE}/export", {"format": "csv"})
    rows = table.text.replace("\ufeff", "").splitlines()
    assert table.status_code == 200 and len(rows) == 6
    assert rows[1].startswith(f"{month[0]};2030-02-01 00:30:00;4;120;2,45;")
    assert rows[1].endswith("2,60;Le montant est différent.;3 appelants attendaient, plus de 2.")
    assert rows[5].startswith("ab;;;;;;1,00;")
    workbook = staff.post(f"{HERE}/export", {"format": "xlsx"})
    assert workbook.data.startswith(b"PK")
    workbook.close()


def test_a_centre_without_a_contract_says_what_is_missing(staff: ConsoleUser, month: list[str]) -> None:
    page = staff.get("/centres/south/2030-02")
    assert "Aucun prix n'est convenu pour ce mois" in text_of(page)
    assert 'href="/plan/overflow/contracts/south"' in page.text


@pytest.mark.parametrize("address", ["/centres/west/2030-02", "/centres/north/2030-13", "/centres/north/30-2"])
def test_what_there_is_not_is_a_page_that_is_not_there(staff: ConsoleUser, address: str) -> None:
    assert staff.get(address).status_code == 404


def test_a_house_without_centres_reads_what_will_stand_here(console: ConsoleApp, tmp_path: Path) -> None:
    PlanSection(console, tmp_path)
    assert "ce que coûte un centre extérieur" in text_of(console.sign_in(Role.SUPERVISOR).get("/centres"))
    assert console.sign_in(Role.STAFF).get("/centres").status_code == 403
