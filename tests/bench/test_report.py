"""Statistics and tables of the benchmark."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.report import (
    BEGIN,
    END,
    Row,
    Section,
    compare_bare_runs,
    compare_with_bare,
    percentile,
    relative_spread,
    render_figures,
    render_section,
    replace_figures,
)
from bench.variants import abba_order

CPU = Row("a call", "ms", {"bare": [2.0, 2.2], "bare again": [2.0, 2.0], "ours": [3.0, 3.2]}, "≤ 1.25 ×")
WAIT = Row("first prompt", "ms", {"bare": [10.0], "bare again": [10.5], "ours": [11.0]}, "≤ +1 ms", "difference")
PAGE = Path(__file__).parent.parent.parent / "docs" / "performance.md"


def test_variants_run_in_abba_order() -> None:
    assert abba_order(["a", "b"], 2) == ["a", "b", "b", "a", "a", "b", "b", "a"]
    assert abba_order(["a", "b"], 0) == ["a", "b"]


def test_percentiles() -> None:
    assert percentile([float(number) for number in range(101)], 95) == 95
    assert percentile([7.0], 99) == 7


def test_the_relative_spread_of_runs() -> None:
    assert relative_spread([9.0, 10.0, 11.0]) == pytest.approx(0.2)
    assert relative_spread([0.0, 0.0]) == 0


def test_ours_is_compared_with_both_runs_of_bare_and_bare_with_itself() -> None:
    assert (compare_with_bare(CPU), compare_bare_runs(CPU)) == ("1.55 ×", "0.95 ×")
    assert (compare_with_bare(WAIT), compare_bare_runs(WAIT)) == ("+0.75 ms", "+0.50 ms")


def test_a_figure_without_bare_is_not_compared() -> None:
    alone = Row("a second", "1/s", {"ours": [5.0]})
    assert (compare_with_bare(alone), compare_bare_runs(alone)) == ("", "")


def test_a_section_has_a_column_for_each_variant_that_ran() -> None:
    lines = render_section(Section("One call", "What it costs.", (CPU, WAIT))).splitlines()
    assert lines[4] == "| figure | bare | ours | ours : bare | bare : bare | aim |"
    assert lines[6] == ("| a call (ms) | 2.10 (±5 %, 2 runs) | 3.10 (±3 %, 2 runs) | 1.55 × | 0.95 × | ≤ 1.25 × |")
    assert lines[7] == "| first prompt (ms) | 10 (1 run) | 11 (1 run) | +0.75 ms | +0.50 ms | ≤ +1 ms |"


def test_new_figures_replace_the_old_ones_only() -> None:
    page = f"# Before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replace_figures(page, "new\n") == f"# Before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


def test_a_page_without_markers_is_rejected() -> None:
    with pytest.raises(ValueError, match="once each"):
        replace_figures("# Nothing\n", "new")


def test_the_page_of_the_project_has_the_markers() -> None:
    assert "One call" in replace_figures(
        PAGE.read_text(), render_figures([Section("One call", "", (CPU,))], datetime.now(UTC), 0.1)
    )


def test_a_busy_machine_is_noted() -> None:
    quiet, loud = (render_figures([], datetime(2025, 3, 3, tzinfo=UTC), load) for load in (0.1, 4.0))
    assert "not quiet" not in quiet
    assert "not quiet" in loud
