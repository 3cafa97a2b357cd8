"""Settings: their sources, and errors."""

from pathlib import Path

import pytest

from standardiste import setting_sources, settings_loading
from standardiste.settings import CHECKOUT, Settings
from standardiste.settings_loading import SettingsError


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty settings file, which is in force."""
    path = tmp_path / "standardiste.toml"
    path.touch()
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(path))
    return path


def refused() -> list[str]:
    """The lines of the error."""
    with pytest.raises(SettingsError) as error:
        settings_loading.load()
    return str(error.value).splitlines()


def test_the_defaults_are_valid(file: Path) -> None:
    assert settings_loading.load().var == CHECKOUT / "var"


def test_the_environment_overrides_the_file_and_the_file_the_default(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("sip_port = 5070\nagi_port = 4600\n")
    monkeypatch.setenv("STANDARDISTE_SIP_PORT", "5080")

    found = settings_loading.load()

    assert (found.sip_port, found.agi_port, found.phones) == (5080, 4600, 50)
    origins = setting_sources.find_sources(Settings)
    assert (origins["sip_port"], origins["agi_port"], origins["phones"]) == ("environment", str(file), "default")


def test_an_empty_variable_counts_as_not_set(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDARDISTE_SIP_PORT", "")

    assert settings_loading.load().sip_port == 5060
    assert setting_sources.find_sources(Settings)["sip_port"] == "default"


def test_a_secret_file_overrides_the_settings_file_and_the_environment_overrides_it(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_sources, "SECRETS_FOLDER", tmp_path)
    file.write_text('database_url = "sqlite:///other"\n')
    secret = tmp_path / "standardiste_database_url"
    secret.write_text("postgresql://us:hidden@postgres/base\n")
    trunks = tmp_path / "standardiste_trunks"
    trunks.write_text('{"op": {"address": "op.example", "user": "us", "password": "hidden"}}')

    found = settings_loading.load()

    assert found.database_url == "postgresql://us:hidden@postgres/base"
    assert found.trunks["op"].password.get_secret_value() == "hidden"
    origins = setting_sources.find_sources(Settings)
    assert (origins["database_url"], origins["trunks"]) == (str(secret), str(trunks))
    monkeypatch.setenv("STANDARDISTE_DATABASE_URL", "sqlite:///here")
    assert settings_loading.load().database_url == "sqlite:///here"


def test_the_settings_file_may_itself_be_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_sources, "SECRETS_FOLDER", tmp_path)
    (tmp_path / "standardiste.toml").write_text('[trunks.op]\naddress = "op.example"\n')
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(tmp_path / "standardiste.toml"))

    assert list(settings_loading.load().trunks) == ["op"]


def test_addresses_in_the_environment_are_separated_by_commas(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDARDISTE_TRUNK_ADDRESSES", "192.0.2.1, 198.51.100.0/24")

    assert [str(network) for network in settings_loading.load().trunk_addresses] == ["192.0.2.1/32", "198.51.100.0/24"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("sip_port = 70000", "sip_port"),
        ('agi_port = "many"', "agi_port"),
        ("phones = 100", "phones"),
        ("phones = 0", "phones"),
        ('voice = "parrot"', "voice"),
        ("drain_s = -1", "drain_s"),
        ('sip_address = "here"', "sip_address"),
        ('sip_address = "::1"', "sip_address"),
        ('trunk_addresses = ["nowhere"]', "trunk_addresses"),
        ("trunk_addresses = []", "trunk_addresses"),
        ('var = "/tmp/a folder"', "var"),
        ('var = "/tmp/a;b"', "var"),
        (f'var = "/{"deep/" * 20}"', "var"),
        ('public_url = "www.example.org"', "public_url"),
        ('public_url = "https://www.example.org/?a=b"', "public_url"),
        ("trusted_proxies = -1", "trusted_proxies"),
        ("rtp_first = 10001", "rtp_first"),
        ("rtp_last = 10001", "rtp_last"),
        ("sip_port = 10100", "sip_port"),
        ("sip_prot = 5060", "sip_prot"),
        ("[asterisk]\nport = 1", "asterisk"),
    ],
)
def test_an_invalid_setting_is_named_in_one_line(file: Path, line: str, named: str) -> None:
    file.write_text(line)

    (sentence,) = refused()

    assert sentence.startswith(named)


def test_all_invalid_settings_are_reported_at_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("phones = 100\nsip_prot = 5060")
    monkeypatch.setenv("STANDARDISTE_VARR", "x")
    monkeypatch.setenv("STANDARDISTE_AGI_PORT", "x")

    assert {line.split(":")[0] for line in refused()} == {"phones", "sip_prot", "STANDARDISTE_VARR", "agi_port"}


def test_a_file_that_is_not_toml_is_reported_with_its_line(file: Path) -> None:
    file.write_text("sip_port 5060")

    (sentence,) = refused()

    assert str(file) in sentence
    assert "line 1" in sentence


def test_a_missing_settings_file_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(tmp_path / "nowhere.toml"))

    assert "is no file" in refused()[0]


def test_an_error_about_another_setting_shows_no_password(file: Path) -> None:
    file.write_text('database_url = "postgresql://us:hidden@localhost/base"\nrtp_first = 10001')

    assert "hidden" not in "\n".join(refused())


def test_a_relative_path_in_the_file_is_relative_to_the_checkout(file: Path) -> None:
    file.write_text('var = "var/second"')

    assert settings_loading.load().var == CHECKOUT / "var" / "second"


def test_links_begin_with_the_public_url_if_it_is_set(file: Path) -> None:
    assert (
        Settings.model_validate({"public_url": "https://www.example.org/"}).public_root_url == "https://www.example.org"
    )
    assert Settings.model_validate({"public_address": "0.0.0.0"}).public_root_url == "http://127.0.0.1:8080"


def test_each_setting_has_a_description() -> None:
    for name, field in Settings.model_fields.items():
        assert (field.description or "").endswith("."), name


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({}, "127.0.0.1"),
        ({"sip_port": 5070}, "127.0.0.1:5070"),
        ({"sip_address": "192.0.2.7", "sip_port": 5070}, "192.0.2.7:5070"),
    ],
)
def test_the_local_sip_address(file: Path, options: dict[str, object], address: str) -> None:
    assert Settings.model_validate(options).sip_local_address == address


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('smtp_host = "smtp.example.org"', "smtp_sender: it is missing"),
        ('smtp_host = "smtp example"', "smtp_host: 'smtp example' is no host"),
        ('smtp_host = "x.example.org"\nsmtp_sender = "Accueil <a@example.org>"', "smtp_sender: "),
        ('smtp_host = "x.example.org"\nsmtp_sender = "a@example.org\\nBcc: b@example.org"', "smtp_sender: "),
        ('smtp_host = "x.example.org"\nsmtp_sender = "a@example.org"\nsmtp_security = "none"', "smtp_security: none"),
        ('smtp_host = "x.example.org"\nsmtp_sender = "a@example.org"\nsmtp_user = "a"', "smtp_user: "),
        ('smtp_host = "127.0.0.1"\nsmtp_sender = "a@example.org"\nsmtp_security = "none"', ""),
    ],
)
def test_settings_of_a_mail_server_are_checked_together(file: Path, text: str, wrong: str) -> None:
    file.write_text(text)
    if wrong:
        (line,) = refused()
        assert line.startswith(wrong)
    else:
        assert settings_loading.load().sends_mail


def test_the_password_of_the_mail_server_is_in_no_error(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("smtp_password = 4711")
    assert "4711" not in "".join(refused())
    file.write_text('smtp_host = "x.example.org"\nsmtp_sender = "a@example.org"\nsmtp_user = "a"')
    monkeypatch.setenv("STANDARDISTE_SMTP_PASSWORD", "lettre morte")
    assert "lettre morte" not in repr(settings_loading.load())


def test_settings_are_parsed_anew_exactly_when_their_texts_have_changed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("calls_at_once = 5")
    first = settings_loading.load()
    assert settings_loading.load() is first

    file.write_text("calls_at_once = 6")
    assert settings_loading.load().calls_at_once == 6
    monkeypatch.setenv("STANDARDISTE_CALLS_AT_ONCE", "7")
    assert settings_loading.load().calls_at_once == 7
