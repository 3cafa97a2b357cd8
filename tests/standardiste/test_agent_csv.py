"""Agents from a table or a command: words of both languages, and outside numbers by the rule of the dialplan."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from routing.callbacks.number_ranges import NUMBER_RANGES, dialled_ranges, dialplan_regex
from routing.queue.outside_numbers import OutsideNumbers
from routing.tables import decode_table
from standardiste.agent_csv import AgentError, AgentRow, parse_agent, read_agents

NUMBERS = OutsideNumbers("FR", dialled_ranges(["metropolitan"]), frozenset({"+33199000000"}))


def read(*lines: str) -> AgentRow:
    (row,) = read_agents("\n".join(lines), existing_names=(), numbers=NUMBERS)
    return row


@pytest.mark.parametrize(
    "lines",
    [
        ("Nom;Niveau;Numéro extérieur;Langues", "Anne Exemple;2;06 39 98 00 01;fr, en"),
        ("name;rank;outside;languages", "Anne Exemple;2;+33639980001;fr/en"),
        ("NOM;Rang;Portable;Langue", "Anne Exemple;2;639980001;français et anglais"),
        ("Full name;Level;Phone;Languages", "Anne Exemple;2;tel:+33-6-39-98-00-01;French English"),
        ("Prénom;Nom;niveau;téléphone;langues", "Anne;Exemple;2;\u202a06\u202f39\u202f98\u202f00\u202f01\u202c;fr en"),
    ],
)
def test_an_agent_is_read_from_a_table_in_french_and_in_english(lines: tuple[str, str]) -> None:
    agent = read(*lines).agent
    assert agent is not None
    assert (agent.name, agent.rank, agent.outside_number, agent.speaks) == (
        *("Anne Exemple", 2, "+33639980001"),
        ("fr", "en"),
    )


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("6,4E+08", "'6,4E+08' was rounded by the spreadsheet; format the column as text, and write it again"),
        ("6,39980001E8", "was rounded by the spreadsheet"),
        ("01 99 00 00 00", "is a number of this reception; write the agent's own"),
        ("06 39 98 00 01 poste 12", "has an extension, which cannot be dialled; write a direct number"),
        ("0692 12 34 56", "is no ordinary French telephone number, which alone is rung outside; write one such as"),
        ("0976 01 23 45", "is no ordinary French telephone number"),
        ("07001234567890", "is no ordinary French telephone number"),
        ("poste 12", "is no ordinary French telephone number"),
    ],
)
def test_a_number_that_the_dialplan_would_not_dial_is_refused_with_its_column(cell: str, problem: str) -> None:
    row = read("Nom;Portable", f"Anne;{cell}")
    assert row.agent is None
    assert problem in row.problem and row.problem.endswith("(column Portable)")


def test_an_agent_overseas_may_be_rung_where_the_plan_dials_that_range() -> None:
    overseas = replace(NUMBERS, ranges=dialled_ranges(["reunion"]))
    assert parse_agent("Anne", outside="0692 12 34 56", numbers=overseas).outside_number == "+262692123456"
    with pytest.raises(AgentError, match="no ordinary telephone number of metropolitan, reunion"):
        parse_agent("Anne", outside="0690 12 34 56", numbers=overseas)


@pytest.mark.parametrize("ranges", [["metropolitan"], ["reunion", "belgium"], list(NUMBER_RANGES)])
def test_an_agents_number_is_accepted_exactly_where_the_dialplan_dials_it(ranges: list[str]) -> None:
    dialled = dialled_ranges(ranges)
    numbers = OutsideNumbers("FR", dialled, frozenset())
    for number in ("+33639980001", "+262692123456", "+590976012345", "+3225551234", "+41225551234", "+33899000000"):
        try:
            line = parse_agent("Anne", outside=number, numbers=numbers).outside_number
        except AgentError:
            line = None
        assert (line is not None) is (re.fullmatch(dialplan_regex(dialled), number[1:]) is not None)


@pytest.mark.parametrize("cell", ["639980001.0", "0639980001.0", '"639980001,00"', "33639980001.0"])
def test_a_number_that_a_program_took_for_an_amount_is_read(cell: str) -> None:
    agent = read("Nom;Portable", f"Anne;{cell}").agent
    assert agent is not None and agent.outside_number == "+33639980001"


@pytest.mark.parametrize(
    "title", ["N° de téléphone", "Téléphone mobile", "Tél. portable", "Téléphone (mobile)", "Mobile Phone"]
)
def test_an_outside_number_is_known_by_its_usual_titles(title: str) -> None:
    agent = read(f"Nom Prénom [requis];{title}", "Anne;0639980001").agent
    assert agent is not None and agent.outside_number == "+33639980001"


def test_one_name_with_other_spaces_is_one_person() -> None:
    rows = read_agents(
        'Nom\nAnne Exemple\nAnne  Exemple\nAnne\u00a0Exemple\n"Anne\nExemple"', existing_names=(), numbers=NUMBERS
    )
    assert [row.problem for row in rows] == ["", *["stands on line 2 too"] * 3]


def test_the_example_of_the_documents_has_a_whole_team() -> None:
    text = decode_table((Path(__file__).parents[2] / "docs" / "examples" / "agents.csv").read_bytes())
    rows = read_agents(text, existing_names=(), numbers=NUMBERS)
    assert [(row.name, row.problem) for row in rows] == [("Élodie Martin", ""), ("Zoé Durand", ""), ("Driss Petit", "")]
    assert rows[1].agent is not None and rows[1].agent.outside_number == "+33639980001"
