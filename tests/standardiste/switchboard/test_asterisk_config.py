"""Asterisk's rendered configuration."""

import configparser
import re
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from records.staff.sip_account_names import SipAccount
from routing.plan import parsing
from routing.trunks import Trunk
from standardiste.installation_folders import create_folders
from standardiste.settings import CHECKOUT, Settings
from standardiste.switchboard import asterisk, asterisk_config
from standardiste.switchboard.asterisk import AsteriskNotFound

PHONES = (
    SipAccount("p01", "a-password-of-p01", "Somebody", "01"),
    SipAccount("7x7mqw2v9abcde", "a-password-of-02", None, "02"),
)


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
    asterisk_config.render_config(settings, asterisk.find_asterisk(), plan, PHONES, settings.trunks)


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

    national, international = ("199000000", "0199000000"), ("33199000000", "330199000000")
    assert dialled == {*national, *(prefix + form for prefix in ("+", "", "00") for form in international)}
    assert inbound.count("Gosub(screen-caller-id,s,1(+33199000000))") == len(dialled)


def test_ports_come_from_the_settings(etc: Path) -> None:
    assert "bind = 0.0.0.0:5071" in (etc / "pjsip.conf").read_text()
    assert "agi://127.0.0.1:4601" in (etc / "extensions.conf").read_text()
    rtp = configparser.ConfigParser()
    rtp.read(etc / "rtp.conf")
    assert (rtp["general"]["rtpstart"], rtp["general"]["rtpend"]) == ("12000", "12099")


def test_no_more_calls_are_admitted_than_a_small_range_of_ports_carries(etc: Path) -> None:
    assert "\nCALLS_MAX = 20\n" in (etc / "extensions.conf").read_text()  # fifty pairs of ports
    assert "\nOVERFLOW_CALLS_MAX = 0\n" in (etc / "extensions.conf").read_text()
    files = re.search(r"^maxfiles = (\d+)", (etc / "asterisk.conf").read_text(), re.MULTILINE)
    assert files and int(files[1]) > 512


def test_each_sip_account_has_its_password(etc: Path) -> None:
    accounts = (etc / "pjsip.conf").read_text()
    for phone in PHONES:
        assert f"username = {phone.name}\npassword = {phone.password}\n" in accounts


def test_a_phone_is_known_by_its_credentials_and_a_trunk_by_its_address(etc: Path, settings: Settings) -> None:
    trunk = {"address": "192.0.2.1", "nat": True}
    render(settings.model_copy(update={"trunks": {"op": Trunk.model_validate(trunk)}}))
    text = (etc / "pjsip.conf").read_text()
    order = re.search(r"^endpoint_identifier_order = (.*)$", text, re.MULTILINE)
    assert order and "username" not in order[1].split(",")
    assert set(re.findall(r"^identify_by = (.*)$", text, re.MULTILINE)) == {"ip", "auth_username", "header,request_uri"}
    # With rewrite_contact, whoever is taken for the endpoint can end Asterisk.
    rewritten = re.findall(r"\[(\w+)\][^[]*rewrite_contact = yes", text)
    assert rewritten == ["7x7mqw2v9abcde"]


def test_no_phone_is_rung_at_the_address_of_a_trunk_or_at_our_own(etc: Path, settings: Settings) -> None:
    trunks = {
        "op": {"address": "192.0.2.1"},
        "other": {"address": "192.0.2.2", "port": 5080, "networks": ["192.0.2.3"]},
    }
    given = {"trunks": {name: Trunk.model_validate(trunk) for name, trunk in trunks.items()}}
    render(settings.model_copy(update={**given, "external_address": IPv4Address("203.0.113.5")}))
    text = (etc / "extensions.conf").read_text()
    closed = set(re.findall(r"^NO_PHONE_AT_(\S+) = 1$", text, re.MULTILINE))
    assert {"192.0.2.1_5060", "192.0.2.1", "192.0.2.2_5080", "192.0.2.3_5080", "192.0.2.3"} <= closed
    assert {"127.0.0.1_5071", "203.0.113.5_5071"} <= closed


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
