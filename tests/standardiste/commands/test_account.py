"""The commands about users of the console."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from reception import Reception

from console.app import create_app
from records import changes
from records.actor import command_line_actor
from records.database.engine import open_database
from records.users import invitations
from standardiste.parts.console import create_app_context

Run = Callable[..., Result]
FILE = "name;email;role\nAnne Exemple;anne@example.org;supervisor\nBasile;nonsense;\n"


def status(reception: Reception, link: str) -> int:
    path = link.strip().removeprefix(reception.settings.console_root_url)
    return create_app(create_app_context(reception.installation)).test_client().get(path).status_code


def test_the_first_administrator_gets_a_link_once(reception: Reception, run: Run) -> None:
    link = run("account", "first").stdout
    assert status(reception, link) == 200
    assert "account first" in run("account", "list").stderr

    assert (
        status(reception, run("account", "invite", "Anne", "anne@example.org", "--role", "administrator").stdout) == 200
    )

    assert run("account", "first").exit_code == 1
    assert run("account", "list").stdout == "anne@example.org                 administrator   Anne  invited\n"


def test_users_are_invited_from_a_file_line_by_line(reception: Reception, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(FILE)

    dry = run("account", "import", str(file), "--dry-run")
    assert (dry.exit_code, dry.stderr) == (1, "1 of 2 can be invited.\n")
    assert dry.stdout.splitlines()[0] == "line 2: Anne Exemple <anne@example.org>: can be invited"
    assert "line 3: Basile <nonsense>: an address looks like" in dry.stdout
    assert run("account", "list").stdout == ""

    done = run("account", "import", str(file))
    assert done.stderr == "1 of 2 are invited.\n"
    assert status(reception, done.stdout.splitlines()[0].rpartition(" ")[2]) == 200
    assert "has an account already" in run("account", "import", str(file)).stdout
    file.write_text("nobody")
    assert run("account", "import", str(file)).exit_code == 1


def test_a_deactivated_user_is_reset(reception: Reception, run: Run) -> None:
    first = run("account", "invite", "Anne", "anne@example.org").stdout
    assert run("account", "deactivate", "ANNE@example.org").exit_code == 0
    assert "deactivated" in run("account", "list").stdout
    assert status(reception, first) == 404
    assert status(reception, run("account", "reset", "anne@example.org").stdout) == 200
    assert "deactivated" not in run("account", "list").stdout
    refused = run("account", "reset", "nobody@example.org")
    assert (refused.exit_code, "account list" in refused.stderr) == (1, True)


@pytest.mark.parametrize(("name", "email"), [("", "a@example.org"), ("Anne", "nonsense")])
def test_an_invalid_name_or_address_is_rejected(run: Run, name: str, email: str) -> None:
    assert run("account", "invite", name, email).exit_code == 1


def test_the_operator_is_the_author_of_changes(reception: Reception, run: Run) -> None:
    run("account", "invite", "Anne", "anne@example.org")
    database = open_database(reception.settings.sqlalchemy_url)
    change = changes.list_changes(database, command_line_actor("test"))[0]
    assert (change.by, change.kind) == (reception.installation.os_user, "account.invited")
    assert invitations.create_first_invitation(database, at=change.at) is None
    database.close()


def test_the_users_of_a_month_are_counted(run: Run) -> None:
    assert run("account", "count", "--month", "2026-11").stdout == "2026-11: 0 users; 0 logged in, 0 took calls.\n"
    assert "'2026-13' is no month; write it as 2026-11." in run("account", "count", "--month", "2026-13").stderr
