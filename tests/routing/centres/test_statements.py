"""What a centre sends for a month is read line by line, or refused with the line and the reason."""

from datetime import date
from decimal import Decimal

import pytest

from routing.centres.statements import StatementKind, StatementLine, read_statement, sum_hours
from routing.tables import TableError

JUNE = date(2030, 6, 1)


def test_an_invoice_as_a_french_spreadsheet_writes_it() -> None:
    text = "Facture juin\n\nRéférence;Durée;Montant HT;Agent\nAB12;2:05;2,4550 €;Zoé\ncd34;65;1 002,50;\n"
    assert read_statement(StatementKind.INVOICE, JUNE, text) == (
        StatementLine(4, "ab12", Decimal(125), Decimal("2.4550")),
        StatementLine(5, "cd34", Decimal(65), Decimal("1002.50")),
    )


def test_hours_of_several_agents_are_added_up_by_day() -> None:
    text = "day,hours\n2030-06-03,7.5\n03/06/2030,7:30\n2030-06-04,4\n"
    lines = read_statement(StatementKind.HOURS, JUNE, text)
    assert sum_hours(lines) == {date(2030, 6, 3): Decimal(15), date(2030, 6, 4): Decimal(4)}


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (StatementKind.INVOICE, "reference,amount\n", "no line below"),
        (StatementKind.INVOICE, "reference,amount\nab,two\n", "Line 2, column “amount”: “two” is not a number"),
        (StatementKind.INVOICE, "reference,amount\n,2\n", "is not the reference of a call"),
        (StatementKind.INVOICE, "reference,amount\nab,NaN\n", "is not a number"),
        (StatementKind.HOURS, "day,hours\n2030-07-01,2\n", "is not a day of the month that was chosen"),
        (StatementKind.HOURS, "day,hours\n2030-06-31,2\n", "is not a day, such as"),
        (StatementKind.HOURS, "day,hours\n2030-06-01,-2\n", "is not a number of hours"),
        (StatementKind.HOURS, "name,number\nAnne,1\n", "'day' is missing"),
    ],
)
def test_half_a_file_is_refused_whole(kind: StatementKind, text: str, reason: str) -> None:
    with pytest.raises(TableError, match=reason.replace("(", r"\(")):
        read_statement(kind, JUNE, text)


def test_a_year_of_lines_is_one_file_too_many() -> None:
    with pytest.raises(TableError, match="more than 50000 lines"):
        read_statement(StatementKind.INVOICE, JUNE, "reference,amount\n" + "ab,1\n" * 50_001)
