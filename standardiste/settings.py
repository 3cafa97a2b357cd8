"""The machine's settings and their defaults (folders, ports, backups kept), from a TOML file and the environment."""

import json
import os
import re
from ipaddress import IPv4Address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from standardiste.trunk_settings import Trunks

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT_PREFIX = "STANDARDISTE_"
LOOPBACK = "127.0.0.1"
CONFIG_VARIABLE = ENVIRONMENT_PREFIX + "CONFIG"
SECRETS_FOLDER = Path("/run/secrets")
"""Where container engines mount secrets: a file, named like the setting's variable in lower case, holds its value."""
VAR_PATH_MAX_BYTES = 80  # the control sockets below it must fit into the 107 bytes that unix(7) allows

PartName = Literal["calls", "switch", "webhooks", "asterisk", "public", "console", "metrics"]
PARTS: tuple[PartName, ...] = get_args(PartName)
"""The processes of an installation."""

Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """Settings are wrong; the text has a line for each of them, with its name and the reason."""


def _validate_path(path: Path) -> Path:
    """Only characters at which Asterisk's files and commands do not split a path."""
    absolute = path if path.is_absolute() else CHECKOUT / path
    if not re.fullmatch(r"[\w/.+@%-]+", str(absolute)):
        raise ValueError(f"{absolute} cannot be used; choose a path of letters, digits and / . _ - + @ % only")
    if len(os.fsencode(absolute)) > VAR_PATH_MAX_BYTES:
        raise ValueError(f"{absolute} is too long; choose a path of {VAR_PATH_MAX_BYTES} characters at most")
    return absolute


def _split_list(value: object) -> object:
    """A list from the environment, separated by commas or spaces."""
    return re.split(r"[\s,]+", value.strip(" ,")) if isinstance(value, str) else value


def _parse_json_table(value: object) -> object:
    """A table from the environment, as JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("no JSON; write the trunks as tables of the settings file") from None


def _normalize_url(value: str) -> str:
    """The URL without a slash at its end; its path, if any, precedes ours."""
    if value and not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w.~/-]*)?", value):
        raise ValueError(f"{value} is no address; write it as https://www.example.org")
    return value.rstrip("/")


class Settings(BaseSettings):
    """One installation on one machine. How calls are routed is in the plan, not here."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    var: Annotated[Path, AfterValidator(_validate_path)] = Field(
        Path("var"),
        description="Folder of everything that changes: database, sounds, messages, logs, Asterisk's own files.",
    )
    database_url: str = Field("", description="SQLAlchemy URL of the database; empty means SQLite in the var folder.")
    asterisk: str = Field("", description="Asterisk program to run; empty means the best one found on this machine.")
    parts: Annotated[list[PartName], NoDecode, BeforeValidator(_split_list)] = Field(
        list(PARTS),
        min_length=1,
        description="Processes that the server runs here; leave out what is not needed or runs on another machine.",
    )
    sip_address: IPv4Address = Field(
        IPv4Address("0.0.0.0"), description="Address of this machine on which SIP is listened to; 0.0.0.0 means all."
    )
    sip_port: Port = Field(5060, description="UDP port of SIP.")
    rtp_first: Port = Field(10000, description="First UDP port of the voice (RTP), even.")
    rtp_last: Port = Field(
        13999, description="Last UDP port of the voice; a call needs four: two for the caller, two for the agent."
    )
    trunk_addresses: Annotated[list[IPvAnyNetwork], NoDecode, BeforeValidator(_split_list)] = Field(
        [ip_network("127.0.0.1/32")],
        min_length=1,
        description="Addresses from which public calls arrive: the operator's, and this machine for trying out.",
    )
    trunks: Annotated[Trunks, NoDecode, BeforeValidator(_parse_json_table)] = Field(
        {},
        description="Trunks of operators, as tables [trunks.NAME]: docs/trunks.md; the first one places our calls.",
    )
    phones_behind_nat: bool = Field(
        False,
        description="Desk phones are behind a router (NAT): their voice is taken from where it first comes from.",
    )
    external_address: IPv4Address | Literal[""] = Field(
        "", description="Address under which the Internet sees this machine, when it is behind a router (NAT)."
    )
    tls_certificate: str = Field(
        "", description="PEM file of our certificate and key, for a trunk over TLS that calls us at a fixed address."
    )
    tls_authorities: str = Field(
        "/etc/ssl/certs/ca-certificates.crt", description="PEM file of the authorities that certify trunks over TLS."
    )
    agi_port: Port = Field(4573, description="TCP port, on loopback, where Asterisk asks Python what to do.")
    ami_port: Port = Field(5038, description="TCP port, on loopback, where Python asks Asterisk for things.")
    calls_at_once: int = Field(
        800, ge=1, le=10_000, description="Incoming calls at once, those who wait included; one more is refused."
    )
    half_open_calls: int = Field(
        400, ge=1, le=10_000, description="Of them, calls from one address of which no voice or key has arrived yet."
    )
    when_full: Literal["refuse", "overflow"] = Field(
        "refuse", description="A call beyond the limits: refuse, or overflow, which tries an overflow centre first."
    )
    agi_threads: int = Field(
        1000, ge=1, le=5000, description="Conversations at once; a call beyond goes to staff directly."
    )
    public_address: IPv4Address = Field(
        IPv4Address("127.0.0.1"), description="Address of this machine on which visitors of websites are served."
    )
    public_port: Port = Field(8080, description="TCP port of the callback form, its button and its API.")
    public_url: Annotated[str, AfterValidator(_normalize_url)] = Field(
        "", description="Where the Internet finds that port, as https://...; empty means its address and port."
    )
    public_threads: int = Field(16, ge=1, le=500, description="Requests of visitors served at the same moment.")
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Proxies of ours before that port; what they say of a visitor's address is believed.",
    )
    console_address: IPv4Address = Field(
        IPv4Address("127.0.0.1"), description="Private address of this machine on which staff are served."
    )
    console_port: Port = Field(8081, description="TCP port of the staff console; the same proxies are before it.")
    console_url: Annotated[str, AfterValidator(_normalize_url)] = Field(
        "", description="Where staff find that port, as https://...; empty means its address and port."
    )
    console_threads: int = Field(8, ge=1, le=500, description="Requests of staff served at the same moment.")
    metrics_port: Port = Field(9464, description="TCP port where Prometheus reads our metrics.")
    metrics_address: IPv4Address = Field(
        IPv4Address("127.0.0.1"), description="Private address of this machine on which the metrics are read."
    )
    backup_folder: str = Field(
        "", description="Where `backup` writes when no file is named; empty means backups in the var folder."
    )
    backups_kept: int = Field(
        14, ge=1, le=10_000, description="Backups kept in that folder; the oldest beyond are removed."
    )
    webhook_authorities: str = Field(
        "/etc/ssl/certs/ca-certificates.crt", description="PEM file of the authorities that certify webhooks' servers."
    )
    webhook_allow_loopback: bool = Field(
        False, description="For trying out: webhooks may lead to this very machine, by http too."
    )
    phones: int = Field(50, ge=1, le=99, description="Phone accounts made in advance for staff to claim.")
    voice: Literal["espeak-ng", "google"] = Field(
        "espeak-ng", description="Engine that speaks prompts nobody has recorded."
    )
    drain_s: int = Field(20, ge=0, le=3600, description="Seconds a planned stop waits for conversations to end.")

    @model_validator(mode="after")
    def _validate_ports(self) -> "Settings":
        if self.rtp_first % 2:
            raise ValueError(f"rtp_first: {self.rtp_first} is odd; choose an even port")
        if self.rtp_last < self.rtp_first + 3:
            raise ValueError(f"rtp_last: {self.rtp_last} is too low; choose a port at least 3 above rtp_first")
        if self.rtp_first <= self.sip_port <= self.rtp_last:
            raise ValueError(f"sip_port: {self.sip_port} is among the RTP ports; choose one outside of them")
        return self

    @property
    def tls_port(self) -> int:
        """TCP port of SIP over TLS."""
        return self.sip_port + 1

    @property
    def sip_local_address(self) -> str:
        """Where a telephone on this machine finds us: `address` or `address:port`."""
        address, port = self.sip_local_endpoint
        return address if port == 5060 else f"{address}:{port}"

    @property
    def sip_local_endpoint(self) -> tuple[str, int]:
        """Address and UDP port at which this machine itself reaches Asterisk."""
        return LOOPBACK if self.sip_address.is_unspecified else str(self.sip_address), self.sip_port

    @property
    def public_local_url(self) -> str:
        """URL of the public pages from this machine."""
        return f"http://{LOOPBACK if self.public_address.is_unspecified else self.public_address}:{self.public_port}"

    @property
    def public_root_url(self) -> str:
        """The beginning of every link to our public pages."""
        return self.public_url or self.public_local_url

    @property
    def console_local_url(self) -> str:
        """URL of the console from this machine."""
        return f"http://{LOOPBACK if self.console_address.is_unspecified else self.console_address}:{self.console_port}"

    @property
    def console_root_url(self) -> str:
        """The beginning of every link to the console."""
        return self.console_url or self.console_local_url

    def welcome_url(self, secret: str) -> str:
        """The page of the console on which the holder of an invitation chooses a password."""
        return f"{self.console_root_url}/welcome/{secret}"

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{self.sqlite_file}"

    @property
    def sqlite_file(self) -> Path | None:
        """The SQLite file of the default database; None if `database_url` names another."""
        return None if self.database_url else self.var / "standardiste.sqlite3"

    @property
    def sounds(self) -> Path:
        return self.var / "asterisk" / "data" / "sounds"

    @property
    def messages(self) -> Path:
        """Daily messages, named by content hash; below the sounds, so that Asterisk plays them as `daily/<sha256>`."""
        return self.sounds / "daily"

    @property
    def music_on_hold(self) -> Path:
        """Music on hold; every sound file in it is played."""
        return self.var / "asterisk" / "data" / "moh"

    @property
    def voicemail(self) -> Path:
        return self.var / "voicemail"

    @property
    def asterisk_security_events(self) -> Path:
        """Asterisk's security events until `serve-switch` has read them."""
        return self.asterisk_spool / "security-events"

    @property
    def asterisk_spool(self) -> Path:
        """What Asterisk writes and our processes collect."""
        return self.var / "spool"

    @property
    def asterisk_pid_file(self) -> Path:
        """Written by Asterisk when it starts."""
        return self.var / "asterisk" / "run" / "asterisk.pid"

    @property
    def ami_secret_file(self) -> Path:
        """The file with our password for Asterisk's manager interface; created at the first start."""
        return self.var / "secrets" / "ami"

    @property
    def console_secret_file(self) -> Path:
        """The file with the key that signs the console's cookies; created at the first start."""
        return self.var / "secrets" / "console"

    @property
    def number_key_file(self) -> Path:
        """The key of hashed telephone numbers (do-not-call entries of people who were erased)."""
        return self.var / "secrets" / "numbers"

    @property
    def full_check_file(self) -> Path:
        """The result of the last check of the whole database (standardiste/full_check.py)."""
        return self.var / "full-check.json"

    @property
    def drafts(self) -> Path:
        """Sounds that staff uploaded or recorded and have not published."""
        return self.var / "drafts"

    @property
    def previews(self) -> Path:
        """Sounds of plan previews."""
        return self.var / "previews"

    @property
    def wake_socket(self) -> Path:
        """The socket that wakes `serve-switch` when rows change on which it acts."""
        return self.var / "switch.bell"

    @property
    def heartbeats(self) -> Path:
        """A file for each part, with its last heartbeat."""
        return self.var / "heartbeats"

    def health_socket(self, part: PartName) -> Path:
        """The Unix socket at which a web server of ours is asked for its health."""
        return self.var / f"{part}.health"

    @property
    def backups(self) -> Path:
        return CHECKOUT / self.backup_folder if self.backup_folder else self.var / "backups"

    @property
    def write_behind_spool(self) -> Path:
        """What calls recorded while the database could not be written to."""
        return self.var / "journal"

    @property
    def config_snapshot_file(self) -> Path:
        """Plan, messages and agents as last read from the database."""
        return self.var / "last-good.json"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def asterisk_etc(self) -> Path:
        return self.var / "asterisk" / "etc"

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # the sources that we do not use are in one parameter
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        **_: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        in_file = TomlConfigSettingsSource(settings_cls, toml_file=config_file())
        secret = [SecretsSettingsSource(settings_cls, secrets_dir=SECRETS_FOLDER)] if SECRETS_FOLDER.is_dir() else []
        return init_settings, env_settings, *secret, in_file


def config_file() -> Path:
    """The TOML file: $STANDARDISTE_CONFIG, else standardiste.toml in the checkout, which may be absent."""
    return Path(os.environ.get(CONFIG_VARIABLE) or CHECKOUT / "standardiste.toml")


def load() -> Settings:
    """The validated settings. Raises SettingsError, with a line for everything that is wrong."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named and not Path(named).is_file():
        raise SettingsError(f"{CONFIG_VARIABLE}: {named} is no file; name a TOML file, or leave the variable out")
    known = {environment_variable(name) for name in Settings.model_fields} | {CONFIG_VARIABLE}
    wrong = [
        _unknown_setting_text(name)
        for name in sorted(os.environ)
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        wrong += [describe_error(problem) for problem in error.errors()]
    except (ValueError, OSError) as error:  # unreadable TOML
        wrong.append(f"{config_file()} cannot be read: {error}")
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def value_sources() -> dict[str, str]:
    """For each setting, the source of its value: `environment`, a file's path or `default`."""
    in_file = TomlConfigSettingsSource(Settings, toml_file=config_file())()
    return {name: _value_source(name, in_file) for name in Settings.model_fields}


def environment_variable(name: str) -> str:
    """The environment variable of a setting."""
    return ENVIRONMENT_PREFIX + name.upper()


def _value_source(name: str, in_file: dict[str, Any]) -> str:
    if os.environ.get(environment_variable(name)):
        return "environment"
    secret = SECRETS_FOLDER / environment_variable(name).lower()
    if secret.is_file():
        return str(secret)
    return str(config_file()) if name in in_file else "default"


def _unknown_setting_text(name: str) -> str:
    return f"{name}: no such setting; `standardiste config check` lists them"


def describe_error(problem: Any) -> str:
    """One of pydantic's errors as a line: the setting, and what is wrong with it."""
    if not problem["loc"]:  # the error is about several settings, which the message names
        return str(problem["ctx"]["error"])
    name = ".".join(str(part) for part in problem["loc"] if part != "[key]")
    if problem["type"] == "extra_forbidden":
        return _unknown_setting_text(name)
    if problem["type"] == "value_error":
        return f"{name}: {problem['ctx']['error']}"
    if problem["loc"][0] == "trunks":  # whose input may hold a password
        return f"{name}: {problem['msg']}"
    return f"{name}: {problem['msg']} (it is {problem['input']!r})"
