"""The comparison with other libraries: its databases, and what is said in short."""

from pathlib import Path

import pytest

from bench import peers
from bench.peer_database import count_calls, create_database
from bench.peer_servers import CONF, PEERS, PROGRAMS
from bench.report import BARE, ODBC, OURS, Row, Section, render_section

PYST2, ARI = "pyst2, FastAGI", "aiohttp, ARI"


def test_every_peer_is_a_program_and_has_a_dialplan() -> None:
    assert all((PROGRAMS / f"{program}.py").is_file() for program in PEERS.values())
    assert "$application" in (CONF / "extensions.conf").read_text()


def test_the_database_of_the_peers_holds_a_year_of_calls(tmp_path: Path) -> None:
    create_database(tmp_path / "empty")
    create_database(tmp_path / "year", calls=50, cards=7)

    assert (count_calls(tmp_path / "empty"), count_calls(tmp_path / "year")) == (0, 50)


@pytest.fixture
def rows() -> tuple[Row, ...]:
    cost = {BARE: [2.0, 3.0], ODBC: [5.0], PYST2: [4.0, 3.5], ARI: [6.0], OURS: [7.0]}
    held = {BARE: [340.0], ODBC: [200.0], PYST2: [300.0], ARI: [320.0], OURS: [260.0]}
    return Row("signalling only", "CPU ms a call", cost), Row("held", "1/s", held)


def test_the_best_peer_costs_least_and_holds_most(rows: tuple[Row, ...]) -> None:
    assert peers.summarize(rows).splitlines()[2:] == [
        f"| signalling only (CPU ms a call) | 7 | 3.75 ({PYST2}) | 2.50 |",
        f"| held (1/s) | 260 | 320 ({ARI}) | 340 |",
    ]


def test_every_peer_has_a_column(rows: tuple[Row, ...]) -> None:
    head = render_section(Section("Peers", "", rows)).splitlines()[4]
    assert head.startswith(f"| figure | {BARE} | {ODBC} | {PYST2} | {ARI} | {OURS} |")
