"""The command `overflow import-outcomes`."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from centre_calls import hand_over
from click.testing import Result
from plan_variants import plan_with
from reception import Reception

from records.plan import plan_versions

Run = Callable[..., Result]


def test_outcomes_of_a_file_are_taken_and_each_line_is_answered(reception: Reception, run: Run, tmp_path: Path) -> None:
    centres = '  rules: [{when: nobody-logged-in}]\n  centres:\n    - {name: north, number: "+33199000050"}'
    now = datetime.now(UTC)
    plan_versions.save_plan(reception.database, plan_with(overflow=centres), author="test", at=now)
    reference = hand_over(reception.database, 1, now.isoformat())
    file, report = tmp_path / "march.csv", tmp_path / "report.csv"
    file.write_text(f"référence;résultat\n{reference};called_back\nabc;answered\n")
    done = run("overflow", "import-outcomes", "north", str(file), "--report", str(report))
    assert "1  Taken" in done.stdout and "line 3: No call that this centre was given" in done.stdout
    assert report.read_text(encoding="utf-8-sig").splitlines()[1] == f"2;{reference};called_back;Taken;"
    assert "1  Known already" in run("overflow", "import-outcomes", "north", str(file)).stdout
    for arguments, reason in (
        (("moon", str(file)), "choose north"),
        (("north", str(file), "--report", str(report)), "exists already"),
        (("north", __file__), "is missing"),
    ):
        refused = run("overflow", "import-outcomes", *arguments)
        assert refused.exit_code == 1 and reason in refused.stderr, arguments
