"""Asterisk's rendered configuration."""

import configparser
import re
from pathlib import Path

import pytest

from records.staff.agents import SipAccount
from routing.plan import parsing
from standardiste.installation_folders import create_folders
from standardiste.settings import CHECKOUT, Settings
from standardiste.switchboard import asterisk, asterisk_config
from standardiste.switchboard.asterisk import AsteriskNotFound

PHONES = (SipAccount("p01", "a-password-of-p01", "Somebody"), SipAccount("p02", "a-password-of-p02", None))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    options = {"var": tmp_path / "var", "sip_port": 5071, "agi_port": 4601, "rtp_first": 12000, "rtp_last": 12099}
    settings = Settings.model_validate(options)
    create_folders(settings)
    settings.ami_secret_file.write_text("a-password-of-ours")
    return settings


@pytest.fixture
def etc(settings: Settings) -> Path:
    render(settings)
    return settings.asterisk_etc


def render(settings: Settings) -> None:
    plan = parsing.parse_plan((CHECKOUT / "plan.yaml").read_text(encoding="utf-8"))
    asterisk_config.render_config(settings, asterisk.find_asterisk(), plan, PHONES)


def test_each_template_becomes_a_file(etc: Path) -> None:
    templates = {path.name.removesuffix(".j2") for path in (CHECKOUT / "asterisk-conf").iterdir()}

    assert {path.name for path in etc.iterdir()} == templates
    assert not [path.name for path in etc.iterdir() if "{{" in path.read_text() or "{%" in path.read_text()]


def test_only_this_user_can_read_passwords_and_recordings(settings: Settings, etc: Path) -> None:
    assert {oct(path.stat().st_mode & 0o777) for path in etc.iterdir()} == {"0o600"}
    folders = [settings.var, *(path for path in settings.var.rglob("*") if path.is_dir() and not path.is_symlink())]
    assert {oct(path.stat().st_mode & 0o777) for path in folders} == {"0o700"}


def test_a_landing_number_is_answered_in_each_form_of_trunks(etc: Path) -> None:
    inbound = (etc / "extensions.conf").read_text().split("\n[inbound]\n")[1]

    dialled = set(re.findall(r"^exten => ([^,]+),1,", inbound, re.MULTILINE))

    assert dialled == {"0199000000", "+33199000000", "33199000000", "0033199000000"}
    assert inbound.count("Gosub(screen-caller-id,s,1(+33199000000))") == len(dialled)


def test_ports_come_from_the_settings(etc: Path) -> None:
    assert "bind = 0.0.0.0:5071" in (etc / "pjsip.conf").read_text()
    assert "agi://127.0.0.1:4601" in (etc / "extensions.conf").read_text()
    rtp = configparser.ConfigParser()
    rtp.read(etc / "rtp.conf")
    assert (rtp["general"]["rtpstart"], rtp["general"]["rtpend"]) == ("12000", "12099")


def test_each_sip_account_has_its_password(etc: Path) -> None:
    accounts = (etc / "pjsip.conf").read_text()
    for phone in PHONES:
        assert f"username = {phone.name}\npassword = {phone.password}\n" in accounts


def test_every_path_of_asterisk_is_in_the_installation(settings: Settings, etc: Path) -> None:
    directories = configparser.ConfigParser(delimiters=["=>"], strict=False)
    directories.read_string((etc / "asterisk.conf").read_text().split("[options]")[0])

    paths = dict(directories["directories"])

    modules = paths.pop("astmoddir")
    assert (Path(modules) / "app_queue.so").exists()
    assert not [name for name, path in paths.items() if not Path(path).is_relative_to(settings.var)]


def test_rendering_again_changes_nothing(settings: Settings, etc: Path) -> None:
    before = {path.name: path.read_text() for path in etc.iterdir()}

    render(settings)

    assert {path.name: path.read_text() for path in etc.iterdir()} == before


@pytest.mark.parametrize("program", ["/bin/true", "nowhere", "/etc/passwd"])
def test_a_program_that_is_not_asterisk_is_named(program: str) -> None:
    with pytest.raises(AsteriskNotFound, match=f"names {program}"):
        asterisk.find_asterisk(program)
