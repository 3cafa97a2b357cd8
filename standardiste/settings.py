"""The machine's settings, their defaults, and what must hold between them: folders, ports, backups kept."""

from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    IPvAnyNetwork,
    SecretStr,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from routing.trunks import Trunks
from standardiste.checkout import CHECKOUT
from standardiste.setting_addresses import LOOPBACK, Addresses
from standardiste.setting_sources import ENVIRONMENT_PREFIX, list_files
from standardiste.setting_values import (
    normalize_url,
    parse_json_table,
    split_list,
    validate_host,
    validate_sender,
)
from standardiste.var_folder import VarFolder

RELAY_ADDRESS = "127.0.0.87"
"""The loopback address from which Asterisk gets the SIP messages of browsers; no trunk may have it."""
PartName = Literal["calls", "switch", "webhooks", "asterisk", "public", "console", "live", "centre", "metrics"]
PARTS: tuple[PartName, ...] = get_args(PartName)
"""The processes of an installation."""

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(Addresses, VarFolder):
    """One installation on one machine. How calls are routed is in the plan, not here."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    database_url: str = Field("", description="SQLAlchemy URL of the database; empty means SQLite in the var folder.")
    asterisk: str = Field("", description="Asterisk program to run; empty means the best one found on this machine.")
    parts: Annotated[list[PartName], NoDecode, BeforeValidator(split_list)] = Field(
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
    trunk_addresses: Annotated[list[IPvAnyNetwork], NoDecode, BeforeValidator(split_list)] = Field(
        [ip_network("127.0.0.1/32")],
        min_length=1,
        description="Addresses from which public calls arrive: the operator's, and this machine for trying out.",
    )
    trunks: Annotated[Trunks, NoDecode, BeforeValidator(parse_json_table)] = Field(
        {},
        description="Trunks as former versions kept them, tables [trunks.NAME]; taken over into the database.",
    )
    phone_address: str = Field(
        "",
        pattern=r"^[A-Za-z0-9.-]{0,253}$",
        description="Name or address of this machine for telephones; empty means sip_address, or that of its network.",
    )
    phones_behind_nat: bool = Field(
        False,
        description="Desk phones are behind a router (NAT): their voice is taken from where it first comes from.",
    )
    telephone_log_reader: str = Field(
        "",
        max_length=100,
        description="Program that slows who guesses passwords of telephones, where it is not fail2ban on this machine.",
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
    public_url: Annotated[str, AfterValidator(normalize_url)] = Field(
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
    console_url: Annotated[str, AfterValidator(normalize_url)] = Field(
        "", description="Where staff find that port, as https://...; empty means its address and port."
    )
    console_threads: int = Field(8, ge=1, le=500, description="Requests of staff served at the same moment.")
    live_port: Port = Field(
        8082,
        description="TCP port, at the console's address, that tells open pages what changes; behind a proxy, /live of"
        " console_url leads to it.",
    )
    centre_address: IPv4Address = Field(
        IPv4Address("127.0.0.1"), description="Address of this machine on which agents of overflow centres are served."
    )
    centre_port: Port = Field(8083, description="TCP port of their pages; closed while nobody has an account there.")
    centre_url: Annotated[str, AfterValidator(normalize_url)] = Field(
        "", description="Where they find that port, as https://...; empty means its address and port."
    )
    smtp_host: Annotated[str, AfterValidator(validate_host)] = Field(
        "", description="Mail server (SMTP) for invitations and forgotten passwords; empty means links by hand."
    )
    smtp_port: Port = Field(587, description="TCP port of the mail server: 587 for starttls, 465 for tls.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="Encryption to the mail server: starttls, tls, or none, which only a server on this machine gets.",
    )
    smtp_user: str = Field("", description="User name at the mail server; empty means that it asks for none.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    smtp_sender: Annotated[str, AfterValidator(validate_sender)] = Field(
        "", description="E-mail address that our mails come from, such as reception@example.org."
    )
    smtp_authorities: str = Field(
        "/etc/ssl/certs/ca-certificates.crt", description="PEM file of the authorities that certify the mail server."
    )
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
    browser_phone: bool = Field(
        False, description="Agents may answer in the console, with a headset at their computer (WebRTC)."
    )
    asterisk_http_port: Port = Field(
        8088, description="TCP port, on loopback, where Asterisk takes the SIP messages of browsers from serve-live."
    )
    voice: Literal["espeak-ng", "piper", "google"] = Field(
        "espeak-ng", description="Engine that speaks prompts nobody has recorded, unless the plan chooses another one."
    )
    piper_program: str = Field("piper", description="The program piper: its path, or its name where it is in PATH.")
    piper_model_fr: str = Field("", description="Model file (.onnx) with which piper speaks French; empty means none.")
    piper_model_en: str = Field("", description="Model file (.onnx) with which piper speaks English; empty means none.")
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

    @model_validator(mode="after")
    def _validate_browser_phone(self) -> "Settings":
        if not self.browser_phone:
            return self
        if any(ip_address(RELAY_ADDRESS) in network for network in self.trunk_addresses):
            raise ValueError(f"trunk_addresses: they contain {RELAY_ADDRESS}, from which browsers call; leave it out")
        return self

    @model_validator(mode="after")
    def _validate_mail(self) -> "Settings":
        if not self.smtp_host:
            return self
        if not self.smtp_sender:
            raise ValueError("smtp_sender: it is missing; write the address that our mails come from")
        if self.smtp_security == "none" and self.smtp_host not in ("localhost", LOOPBACK, "::1"):
            raise ValueError(f"smtp_security: none is refused for {self.smtp_host}; choose starttls or tls")
        if bool(self.smtp_user) is not bool(self.smtp_password.get_secret_value()):
            raise ValueError("smtp_user: a user name needs smtp_password, and a password needs smtp_user")
        return self

    @property
    def sends_mail(self) -> bool:
        """Whether there is a mail server."""
        return bool(self.smtp_host)

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{self.sqlite_file}"

    @property
    def sqlite_file(self) -> Path | None:
        """The SQLite file of the default database; None if `database_url` names another."""
        return None if self.database_url else self.var / "standardiste.sqlite3"

    @property
    def piper_models(self) -> dict[str, Path]:
        """The model files of piper, by language."""
        named = {"fr": self.piper_model_fr, "en": self.piper_model_en}
        return {language: Path(file) for language, file in named.items() if file}

    def health_socket(self, part: PartName) -> Path:
        """The Unix socket at which a web server of ours is asked for its health."""
        return self.var / f"{part}.health"

    @property
    def backups(self) -> Path:
        return CHECKOUT / self.backup_folder if self.backup_folder else self.var / "backups"

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # the sources that we do not use are in one parameter
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        **_: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, *list_files(settings_cls)
