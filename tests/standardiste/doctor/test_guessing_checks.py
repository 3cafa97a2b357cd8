"""Whether somebody reads which addresses guess passwords of telephones."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from reception import Reception

from standardiste.doctor.guessing_checks import check_guessing, check_reader, has_jail
from standardiste.settings import CHECKOUT

SHIPPED = CHECKOUT / "packaging" / "fail2ban" / "jail.d" / "standardiste-telephones.conf"
DEFAULT_LOG = Path("/var/lib/standardiste/log/telephones.log")


@pytest.fixture
def fail2ban(tmp_path: Path) -> Path:
    """The folder of an installation of fail2ban with our jail, as docs/operating.md says to copy it."""
    folder = tmp_path / "fail2ban"
    (folder / "jail.d").mkdir(parents=True)
    (folder / "jail.conf").write_text("[DEFAULT]\nenabled = false\nbantime = 10m\n[sshd]\nlogpath = %(sshd_log)s\n")
    shutil.copy(SHIPPED, folder / "jail.d")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[None]:
    """A process with the name of fail2ban's server."""
    program = tmp_path / "fail2ban-server"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as process:
        yield
        process.kill()


def test_the_jail_that_we_ship_reads_the_log_of_an_installed_reception(fail2ban: Path) -> None:
    assert has_jail(fail2ban, DEFAULT_LOG)
    assert not has_jail(fail2ban, Path("/srv/town/var/log/telephones.log"))


@pytest.mark.parametrize(
    ("file", "text", "reads"),
    [
        ("jail.local", "[standardiste-telephones]\nenabled = false\n", False),
        ("jail.d/zz.local", "[standardiste-telephones]\nlogpath = /elsewhere.log\n", False),
        ("jail.d/own.conf", "[phones]\nenabled = yes\nlogpath = /a.log\n          /srv/*/telephones.log tail\n", True),
        ("jail.d/own.conf", "[phones]\nlogpath = /srv/town/telephones.log\n", False),  # not enabled
        ("jail.d/own.conf", "[DEFAULT]\nenabled = true\n[phones]\nlogpath = /srv/town/telephones.log\n", True),
        ("jail.local", "this is no configuration\n", False),
        ("jail.local", "[open\xe9]\n", False),
    ],
)
def test_the_files_of_fail2ban_are_read_in_its_own_order(fail2ban: Path, file: str, text: str, reads: bool) -> None:
    (fail2ban / file).write_bytes(text.encode("latin-1"))
    asked = Path("/srv/town/telephones.log") if "own" in file else DEFAULT_LOG
    kept = text.startswith(("this", "[open"))  # a file that cannot be read changes nothing
    assert has_jail(fail2ban, asked) is (reads or kept)


def test_without_fail2ban_doctor_says_what_to_copy(tmp_path: Path) -> None:
    check = check_reader(DEFAULT_LOG, fail2ban=tmp_path / "absent")
    assert not check.ok
    assert "packaging/fail2ban/" in str(check.remedy)
    assert "telephones.log" in str(check.message)


def test_a_jail_without_a_running_server_slows_nobody(fail2ban: Path) -> None:
    check = check_reader(DEFAULT_LOG, fail2ban=fail2ban)
    assert (check.ok, str(check.remedy)) == (False, "systemctl enable --now fail2ban")


@pytest.mark.usefixtures("server")
def test_a_running_fail2ban_with_our_jail_is_enough(fail2ban: Path) -> None:
    assert check_reader(DEFAULT_LOG, fail2ban=fail2ban).ok


def test_another_program_is_named_in_the_settings(tmp_path: Path) -> None:
    check = check_reader(DEFAULT_LOG, "crowdsec", fail2ban=tmp_path / "absent")
    assert check.ok
    assert "crowdsec" in str(check.message)


def test_it_is_asked_only_when_an_agents_telephone_may_come_from_another_machine(
    reception: Reception, run: Callable[..., Result]
) -> None:
    def asked(**settings: object) -> int:
        with closing(Reception(reception.settings.var, **settings).installation) as installation:
            return len(list(check_guessing(installation)))

    assert asked(sip_address="0.0.0.0") == 0  # no agent has a telephone yet
    assert run("staff", "add", "Anne").exit_code == 0
    assert asked(sip_address="0.0.0.0") == 1
    assert asked(sip_address="127.0.0.1") == 0
