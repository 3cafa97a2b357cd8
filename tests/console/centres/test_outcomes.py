"""The file in which a centre says what became of its calls, on its page of costs."""

import html
import re
from base64 import b64decode
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from centre_calls import hand_over
from console_client import ConsoleApp, ConsoleUser
from plan_section import PlanSection
from rich_plan import RICH_PLAN
from werkzeug.test import TestResponse

from routing.access.permissions import Role

HERE = "/centres/north/2030-02"


@pytest.fixture
def section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    section = PlanSection(console, tmp_path)
    section.replace_text(RICH_PLAN)
    console.now = datetime(2030, 3, 4, 12, tzinfo=UTC)
    return section


@pytest.fixture
def staff(section: PlanSection) -> ConsoleUser:
    return section.console.sign_in(Role.SUPERVISOR)


def text_of(page: TestResponse) -> str:
    shown = re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])
    return " ".join(html.unescape(shown).replace("\u202f", " ").replace("\u00a0", " ").split())


def send(staff: ConsoleUser, content: bytes, name: str = "mars.csv") -> TestResponse:
    form = {"outcomes": (BytesIO(content), name)}
    return staff.post(f"{HERE}/outcomes", form, content_type="multipart/form-data")


def report_of(page: TestResponse) -> list[str]:
    found = re.search(r'href="data:text/csv;base64,([^"]+)" download="[^"]+\.csv"', page.text)
    assert found
    return b64decode(found[1]).decode("utf-8-sig").splitlines()


def test_the_report_says_what_became_of_each_line(console: ConsoleApp, staff: ConsoleUser) -> None:
    first, second = (hand_over(console.database, number, "2030-02-12T10:00:00+00:00") for number in (1, 2))
    assert "n'a pas dit ce qu'ils sont devenus" in text_of(staff.get(HERE))
    lines = f"Référence;Résultat;Note\n{first};answered;Veut un reçu\n{second};perdu;\n=2+2;answered;\n"
    page = send(staff, lines.encode())
    shown = text_of(page)
    assert "Le résultat de 1 appel est enregistré. 2 lignes n'ont pas pu être prises" in shown
    assert "Prises 1" in shown and "Référence inconnue 1" in shown and "Résultat inconnu 1" in shown
    assert "Le contrat connaît ces résultats" in shown and f'href="/calls/{second}"' in page.text
    titles, *rows = report_of(page)
    assert titles == "Ligne;Référence;Résultat;Suite donnée;Explication"
    assert rows[0] == f"2;{first};answered;Prises;" and rows[2].startswith("4;'=2+2;answered;Référence inconnue;")
    assert "reçu" not in "".join(rows)
    assert "n'a pas dit ce qu'il est devenu" in text_of(staff.get(HERE))


def test_the_same_file_again_changes_nothing(console: ConsoleApp, staff: ConsoleUser) -> None:
    reference = hand_over(console.database, 1, "2030-02-12T10:00:00+00:00")
    file = f"reference,outcome\n{reference},answered\n".encode()
    send(staff, file)
    shown = text_of(send(staff, file))
    assert "Rien n'a changé." in shown and "Déjà connues 1" in shown
    log = text_of(console.sign_in(Role.ADMINISTRATOR).get("/changes"))
    assert log.count("a importé ce que le centre") == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Choisissez un fichier."),
        (b"reference;note\nab;cd\n", "il manque la colonne « outcome »"),
        (b"PK\x03\x04 xl/worksheets", "classeur Excel"),
    ],
)
def test_a_file_is_refused_with_its_reason(staff: ConsoleUser, content: bytes, reason: str) -> None:
    refused = send(staff, content, "mars.csv" if content else "")
    assert refused.status_code == 422
    shown = text_of(refused)
    assert reason in shown.partition("Ce que coûte le mois")[0] and reason in shown.partition("Ce que coûte le mois")[2]


def test_the_report_is_for_those_who_check_costs_and_its_address_leads_back(staff: ConsoleUser) -> None:
    assert staff.get(f"{HERE}/outcomes").headers["Location"] == HERE
    assert staff.post("/centres/moon/2030-02/outcomes", {}).status_code == 404
