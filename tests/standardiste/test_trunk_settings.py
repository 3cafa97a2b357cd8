"""Trunks: in the settings, in the settings file, and in Asterisk's files."""

import json
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from reception import Reception

from routing.plan import parsing
from standardiste import settings, trunk_settings_file
from standardiste.cli import main
from standardiste.installation_folders import create_folders
from standardiste.settings import CHECKOUT, Settings, SettingsError
from standardiste.switchboard import asterisk_config
from standardiste.switchboard.asterisk import Asterisk
from standardiste.trunk_settings import Trunk, format_number

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


@pytest.fixture
def typed(reception: Reception, file: Path) -> Callable[..., Result]:
    """`typed("list", answers="...")`: `standardiste trunk list` on a prepared installation."""

    def run(*arguments: str, answers: str = "") -> Result:
        return CliRunner(mix_stderr=False).invoke(main, ["trunk", *arguments], input=answers, env=reception.environment)

    return run


def rendered(trunks: dict[str, object], tmp_path: Path, **others: object) -> dict[str, str]:
    """Asterisk's files with these trunks."""
    made = Settings.model_validate({"var": tmp_path / "rendered", "trunks": trunks} | others)
    create_folders(made)
    made.ami_secret_file.write_text("secret")
    asterisk_config.render_config(
        made, Asterisk(("asterisk",), Path("/modules"), Path("/documentation"), (22, 10, 1)), PLAN, []
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
        settings.load()

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
        settings.load()

    monkeypatch.setenv("STANDARDISTE_TRUNKS", json.dumps({"op": {"address": "192.0.2.1"}}))
    assert settings.load().trunks["op"].address == "192.0.2.1"


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


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_trunk_is_added_and_the_rest_of_the_file_stays(typed: Callable[..., Result], file: Path) -> None:
    result = typed("add", "op", "192.0.2.1", "--numbers", "national", "--caller-id", "+33199000000", "--nat")

    assert result.exit_code == 0, result.stderr
    assert file.read_text().startswith(REMARK)
    assert tomllib.loads(file.read_text())["trunks"] == {
        "op": {"address": "192.0.2.1", "numbers": "national", "caller_ids": ["+33199000000"], "nat": True}
    }
    assert settings.load().trunks["op"].nat


def test_a_second_trunk_is_written_after_the_first(typed: Callable[..., Result], file: Path) -> None:
    typed("add", "one", "192.0.2.1")
    typed("add", "two", "192.0.2.2", "--transport", "tls", "--srtp")

    assert list(settings.load().trunks) == ["one", "two"]


def test_the_password_is_typed_without_echo_and_stored_in_a_private_file(
    typed: Callable[..., Result], file: Path
) -> None:
    file.chmod(0o644)

    result = typed("add", "op", "op.example", "--user", "us", answers=f"{SECRET}\n")

    assert result.exit_code == 0, result.stderr
    assert SECRET not in result.stdout + result.stderr
    assert settings.load().trunks["op"].password.get_secret_value() == SECRET
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_password_may_come_from_a_file(typed: Callable[..., Result], tmp_path: Path, file: Path) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")

    typed("add", "op", "op.example", "--user", "us", "--password-file", str(tmp_path / "password"))

    assert settings.load().trunks["op"].password.get_secret_value() == SECRET


@pytest.mark.parametrize(("options", "code"), [((), 486), (("--refusal-code", "503"), 503)])
def test_a_trunk_refuses_with_busy_here_or_with_the_code_that_is_given(
    typed: Callable[..., Result], options: tuple[str, ...], code: int
) -> None:
    typed("add", "op", "192.0.2.1", *options)

    assert settings.load().trunks["op"].refusal_code == code


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("op", "192.0.2.1"), "op already"),
        (("trunk", "192.0.2.1"), "trunk: 'trunk' cannot name a trunk"),
        (("two", "op@example"), "two.address"),
        (("two", "192.0.2.1", "--srtp"), "two: srtp"),
        (("two", "192.0.2.1", "--caller-id", "0199000000"), "two.caller_ids"),
    ],
)
def test_a_trunk_that_cannot_be_added_leaves_the_file_as_it_was(
    typed: Callable[..., Result], file: Path, arguments: tuple[str, ...], named: str
) -> None:
    file.write_text(f'{REMARK}[trunks.op]\naddress = "192.0.2.9"\n')
    before = file.read_text()

    result = typed("add", *arguments)

    assert (result.exit_code, file.read_text()) == (1, before)
    assert named in result.stderr


def test_if_the_file_cannot_be_written_the_error_has_the_table_without_the_password(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "standardiste.toml"

    with pytest.raises(SettingsError) as refused:
        trunk_settings_file.add_trunk(file, "op", {"address": "op.example", "user": "us", "password": SECRET})

    sentence, _, table = str(refused.value).partition("\n\n")
    assert sentence.startswith(f"{file} cannot be written from here")
    assert tomllib.loads(table)["trunks"]["op"] == {"address": "op.example", "user": "us", "password": "..."}
    assert SECRET not in str(refused.value)


def test_without_asterisk_each_trunk_is_unknown(typed: Callable[..., Result]) -> None:
    assert "No trunk yet" in typed("list").stderr

    typed("add", "op", "192.0.2.1")

    result = typed("list")
    assert (result.exit_code, "unknown to Asterisk; restart the server" in result.stdout) == (1, True)


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
