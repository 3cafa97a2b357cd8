"""The command `centre`: people of overflow centres."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from plan_variants import plan_with
from reception import Reception

from records.centres import account_sessions
from records.plan import plan_versions

Run = Callable[..., Result]
CENTRES = """  rules: [{when: nobody-logged-in}]
  centres:
    - {name: north, number: "+33199000050"}
    - {name: over, number: "+33199000051", contract: {until: 2020-12-31}}"""


@pytest.fixture(autouse=True)
def plan(reception: Reception) -> None:
    at = datetime.now(UTC)
    plan_versions.save_plan(reception.database, plan_with(overflow=CENTRES), author="test", at=at)


def test_somebody_gets_an_account_is_reset_and_closed(reception: Reception, run: Run) -> None:
    email, link = run("centre", "add", "north", "Zoe@centre.example", "Zoé Agent").stdout.split()
    secret = link.rpartition("/welcome/")[2]
    at = datetime.now(UTC)
    assert email == "zoe@centre.example"
    assert account_sessions.find_link(reception.database, secret, at=at).name == "Zoé Agent"
    assert "has not come yet" in run("centre", "list", "north").stdout
    account_sessions.accept_link(reception.database, secret, "lune pavé citron", at=at)
    assert "/welcome/" in run("centre", "reset", "zoe@centre.example").stdout
    assert "can no longer log in" in run("centre", "close", "zoe@centre.example").stdout
    assert "closed" in run("centre", "list", "north").stdout


def test_everybody_of_a_file_gets_an_account_or_nobody(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("nom;e-mail;rôle\nZoé;z@centre.example;agent\nYves;y@centre;responsable\n")
    refused = run("centre", "import", "north", str(file))
    assert refused.exit_code == 1 and "line 3: An address looks like" in refused.stderr
    assert run("centre", "list", "north").stdout == ""
    file.write_text("nom;e-mail;rôle\nZoé;z@centre.example;agent\nYves;y@centre.example;superviseur\n")
    assert run("centre", "import", "north", str(file)).stdout.count("/welcome/") == 2
    assert "y@centre.example                 supervisor" in run("centre", "list", "north").stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("list", "moon"), "choose north or over"),
        (("add", "moon", "z@centre.example", "Zoé"), "choose north or over"),
        (("add", "over", "z@centre.example", "Zoé"), "has ended"),
        (("add", "north", "nothing", "Zoé"), "An address looks like"),
        (("reset", "nobody@centre.example"), "Nobody of a centre has the address"),
        (("close", "nobody@centre.example"), "Nobody of a centre has the address"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(run: Run, arguments: tuple[str, ...], reason: str) -> None:
    refused = run("centre", *arguments)
    assert refused.exit_code == 1 and reason in refused.stderr
