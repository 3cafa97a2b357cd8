"""Trunks: in the settings as former versions kept them, and in Asterisk's files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from routing.plan import parsing
from routing.trunks import Trunk, format_number
from standardiste import settings_loading
from standardiste.cli import main
from standardiste.installation_folders import create_folders
from standardiste.settings import CHECKOUT, Settings
from standardiste.settings_loading import SettingsError
from standardiste.switchboard import asterisk_config
from standardiste.switchboard.asterisk import Asterisk

PLAN = parsing.parse_plan((CHECKOUT / "plan.yaml").read_text(encoding="utf-8"))
REMARK = "# ours since the move\nsip_port = 5070  # not the usual one\n"
SECRET = "se;cret [of] = us"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file in force."""
    path = tmp_path / "standardiste.toml"
    path.write_text(REMARK)
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(path))
    return path


def rendered(trunks: dict[str, object], tmp_path: Path, **others: object) -> dict[str, str]:
    """Asterisk's files with these trunks."""
    made = Settings.model_validate({"var": tmp_path / "rendered", "trunks": trunks} | others)
    create_folders(made)
    made.ami_secret_file.write_text("secret")
    asterisk_config.render_config(
        made, Asterisk(("asterisk",), Path("/modules"), Path("/documentation"), (22, 10, 1)), PLAN, [], made.trunks
    )
    return {path.name: path.read_text() for path in made.asterisk_etc.iterdir()}


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("[trunks.op]", "trunks.op.address"),
        ('[trunks.op]\naddress = "sip:op.example"', "trunks.op.address"),
        ('[trunks.op]\naddress = "op.example"\nport = 0', "trunks.op.port"),
        ('[trunks.op]\naddress = "op.example"\nadress = 0', "trunks.op.adress"),
        ('[trunks.op]\naddress = "op.example"\ntransport = "sctp"', "trunks.op.transport"),
        ('[trunks.op]\naddress = "op.example"\ncodecs = ["opus"]', "trunks.op.codecs"),
        ('[trunks.op]\naddress = "op.example"\ncodecs = []', "trunks.op: codecs"),
        ('[trunks.op]\naddress = "op.example"\nnumbers = "short"', "trunks.op.numbers"),
        ('[trunks.op]\naddress = "op.example"\ncaller_ids = ["0199000000"]', "trunks.op.caller_ids"),
        ('[trunks.op]\naddress = "op.example"\ncaller_ids = ["+33639980001"]', "trunks.op.caller_ids"),
        ('[trunks.op]\naddress = "op.example"\nuser = "us"', "trunks.op: user and password"),
        ('[trunks.op]\naddress = "op.example"\nuser = "us@op"\npassword = "x"', "trunks.op.user"),
        ('[trunks.op]\naddress = "op.example"\nuser = "us"\npassword = "a\\nb"', "trunks.op.password"),
        ('[trunks.op]\naddress = "op.example"\nidentity = "pai"', "trunks.op: identity pai"),
        ('[trunks.op]\naddress = "op.example"\nsrtp = true', "trunks.op: srtp"),
        ('[trunks.op]\naddress = "op.example"\ncalls_per_second = 0', "trunks.op.calls_per_second"),
        ('[trunks.trunk]\naddress = "op.example"', "trunks.trunk"),
        ('[trunks.challenge]\naddress = "op.example"', "trunks.challenge"),
        ('[trunks.p01]\naddress = "op.example"', "trunks.p01"),
        ('[trunks."a b"]\naddress = "op.example"', "trunks.a b"),
    ],
)
def test_an_invalid_trunk_is_named_in_one_line(file: Path, table: str, named: str) -> None:
    file.write_text(table)

    with pytest.raises(SettingsError) as error:
        settings_loading.load()

    (line,) = str(error.value).splitlines()
    assert line.startswith(named)


def test_no_error_and_no_list_of_settings_shows_the_password(file: Path) -> None:
    for wrong in ("", "srtp = true", "transprot = 1"):
        file.write_text(f'[trunks.op]\naddress = "op.example"\nuser = "us"\npassword = "{SECRET}"\n{wrong}')
        said = CliRunner().invoke(main, ["config", "check"]).output
        assert "op" in said
        assert SECRET not in said


@pytest.mark.parametrize("value", ["{", "[]", "by-udp"])
def test_trunks_in_the_environment_are_json(file: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("STANDARDISTE_TRUNKS", value)

    with pytest.raises(SettingsError, match=r"^trunks: "):
        settings_loading.load()

    monkeypatch.setenv("STANDARDISTE_TRUNKS", json.dumps({"op": {"address": "192.0.2.1"}}))
    assert settings_loading.load().trunks["op"].address == "192.0.2.1"


@pytest.mark.parametrize(
    ("form", "ours", "foreign", "overseas"),
    [
        ("e164", "+33199000000", "+441632960000", "+262262000000"),
        ("national", "0199000000", "00441632960000", "00262262000000"),
        ("00", "0033199000000", "00441632960000", "00262262000000"),
    ],
)
def test_a_number_is_written_as_the_operator_writes_numbers(form: str, ours: str, foreign: str, overseas: str) -> None:
    trunk = Trunk.model_validate({"address": "op.example", "numbers": form})

    lines = ("+33199000000", "+441632960000", "+262262000000")
    assert [format_number(trunk, line, "FR") for line in lines] == [ours, foreign, overseas]


# --- Asterisk's files ------------------------------------------------------------------------------------------------


def test_without_a_trunk_no_call_leaves(tmp_path: Path) -> None:
    files = rendered({}, tmp_path)

    assert "CALLER_ID_" not in files["extensions.conf"]
    assert "type = registration" not in files["pjsip.conf"]
    assert files["pjsip.conf"].count("protocol = ") == 1


def test_a_password_with_special_characters_stays_on_one_line(tmp_path: Path) -> None:
    trunk = {"address": "op.example", "user": "us", "password": SECRET}

    assert "\npassword = se\\;cret [of] = us\n" in rendered({"op": trunk}, tmp_path)["pjsip.conf"]


def test_a_trunk_presents_only_its_own_caller_ids(tmp_path: Path) -> None:
    trunks = {"one": {"address": "192.0.2.1", "caller_ids": ["+33199000044"]}, "two": {"address": "192.0.2.2"}}

    lines = rendered(trunks, tmp_path)["extensions.conf"].splitlines()

    assert [line for line in lines if line.startswith("CALLER_ID_")] == [
        "CALLER_ID_one = +33199000044",
        "CALLER_ID_one_33199000044 = +33199000044",
        "CALLER_ID_two = +33199000000",
        "CALLER_ID_two_33199000000 = +33199000000",
    ]


def test_only_the_transports_of_the_trunks_are_configured(tmp_path: Path) -> None:
    trunks = {"one": {"address": "192.0.2.1", "transport": "tcp"}, "two": {"address": "192.0.2.2", "transport": "tls"}}

    pjsip = rendered(trunks, tmp_path, external_address="198.51.100.7", tls_certificate="/etc/ssl/ours.pem")[
        "pjsip.conf"
    ]

    assert [line for line in pjsip.splitlines() if line.startswith("protocol = ")] == [
        "protocol = udp",
        "protocol = tcp",
        "protocol = tls",
    ]
    assert "bind = 0.0.0.0:5061" in pjsip
    assert "external_media_address = 198.51.100.7" in pjsip
    assert "cert_file = /etc/ssl/ours.pem\n" in pjsip
