"""The machine's settings: one TOML file, environment overrides; each declared once, with type, default and a sentence."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, IPvAnyAddress, IPvAnyNetwork, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

CHECKOUT = Path(__file__).resolve().parent.parent
PREFIX = "STANDARDISTE_"

Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """A setting is wrong; the text names it and says why."""


def _path_for_asterisk(path: Path) -> Path:
    """Asterisk's files and commands split paths at these characters."""
    absolute = path if path.is_absolute() else CHECKOUT / path
    if not re.fullmatch(r"[\w/.+@%-]+", str(absolute)):
        raise ValueError(f"{absolute}: use a path of letters, digits and / . _ - + @ % only")
    return absolute


class Settings(BaseSettings):
    """One installation on one machine. How calls are treated is not here but in the plan."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    var: Annotated[Path, AfterValidator(_path_for_asterisk)] = Field(
        Path("var"),
        description="Folder of everything that changes: base, sounds, messages, logs, Asterisk's own files.",
    )
    database_url: str = Field("", description="SQLAlchemy URL of the base; empty means SQLite in the var folder.")
    asterisk: str = Field("", description="Asterisk program to run; empty means the best one found on this machine.")
    sip_address: IPvAnyAddress = Field(
        IPvAnyAddress("0.0.0.0"), validate_default=True, description="Address on which SIP is listened to."
    )
    sip_port: Port = Field(5060, description="UDP port of SIP.")
    rtp_first: Port = Field(10000, description="First UDP port of the voice (RTP), even.")
    rtp_last: Port = Field(10199, description="Last UDP port of the voice; two ports a call.")
    trunk_addresses: list[IPvAnyNetwork] = Field(
        [IPvAnyNetwork("127.0.0.1/32")],
        description="Addresses from which public calls arrive: the operator's, and this machine for trying out.",
    )
    agi_port: Port = Field(4573, description="TCP port, on loopback, where Asterisk asks Python what to do.")
    agi_threads: int = Field(
        500, ge=1, le=5000, description="Conversations at once; a call beyond goes to staff directly."
    )
    phones: int = Field(50, ge=1, le=99, description="Phone accounts made in advance for staff to claim.")
    voice: Literal["espeak-ng", "google"] = Field(
        "espeak-ng", description="Engine that speaks prompts nobody has recorded."
    )
    drain_s: int = Field(20, ge=0, le=3600, description="Seconds a planned stop waits for conversations to end.")

    @model_validator(mode="after")
    def _rtp_range(self) -> "Settings":
        if self.rtp_first % 2 or self.rtp_last < self.rtp_first + 3:
            raise ValueError("rtp_first must be even and rtp_last at least 3 above it")
        return self

    @property
    def base_url(self) -> str:
        return self.database_url or f"sqlite:///{self.var}/standardiste.sqlite3"

    @property
    def sounds(self) -> Path:
        return self.var / "asterisk" / "data" / "sounds"

    @property
    def messages(self) -> Path:
        """Daily messages by content hash; under the sounds, so that a call names them `daily/<sha256>`."""
        return self.sounds / "daily"

    @property
    def voicemail(self) -> Path:
        return self.var / "voicemail"

    @property
    def spool(self) -> Path:
        """What Asterisk leaves for Python to collect."""
        return self.var / "spool"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def etc(self) -> Path:
        return self.var / "asterisk" / "etc"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        **_: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_file())


def config_file() -> Path:
    """The TOML file in force: $STANDARDISTE_CONFIG, else standardiste.toml in the checkout; it may be absent."""
    return Path(os.environ.get(PREFIX + "CONFIG") or CHECKOUT / "standardiste.toml")


def load() -> Settings:
    """The checked settings; raises SettingsError with one line per setting that is wrong."""
    named = os.environ.get(PREFIX + "CONFIG")
    if named and not Path(named).is_file():
        raise SettingsError(f"{PREFIX}CONFIG names {named}, which is no file")
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "CONFIG"}
    if unknown := sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known):
        raise SettingsError(
            "\n".join(f"{name}: no such setting; `standardiste config check` lists them" for name in unknown)
        )
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(problem) for problem in error.errors())) from None
    except ValueError as error:  # unreadable TOML, or a list in the environment that is not JSON
        raise SettingsError(f"{config_file()}: {error.__cause__ or error}") from None


def origins() -> dict[str, str]:
    """For each setting, where its value came from: `environment`, the file's path or `default`."""
    in_file = TomlConfigSettingsSource(Settings, toml_file=config_file())()
    return {
        name: "environment"
        if PREFIX + name.upper() in os.environ
        else str(config_file())
        if name in in_file
        else "default"
        for name in Settings.model_fields
    }


def _sentence(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"]) or "settings"
    if problem["type"] == "extra_forbidden":
        return f"{name}: no such setting; `standardiste config check` lists them"
    return f"{name}: {problem['msg']} (it is {problem['input']!r})"
