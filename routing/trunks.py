"""Trunks to the public telephone network: what may be set of them, and how numbers are written there."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, model_validator

from routing.numbers import dialling_prefixes, is_presentable
from routing.plan.model import Plan
from routing.plan.overflow import presentable_numbers

# Other sections of Asterisk's pjsip.conf; those of version 0.2's telephones are p01 to p99.
RESERVED_WORDS = frozenset(
    {"trunk", "phone", "challenge", "challenge-contact", "global", "transport", "udp", "tcp", "tls"}
)
MAX_HOST_LENGTH = 253  # RFC 1035, without the last dot
MAX_PASSWORD_LENGTH = 128
MAX_NETWORKS = 64
MAX_CALLER_IDS = 200


class NumberForm(StrEnum):
    """How an operator writes numbers: +33199000000, 0199000000 (foreign ones 0044...), or 0033199000000."""

    E164 = "e164"
    NATIONAL = "national"
    INTERNATIONAL = "00"


def _validate_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,29}", name) or name in RESERVED_WORDS or re.fullmatch("p[0-9]{2}", name):
        raise ValueError(
            f"{name!r} cannot name a trunk; use small letters, digits, - and _, a letter first, not `trunk`"
        )
    return name


def _validate_host(host: str) -> str:
    if len(host) > MAX_HOST_LENGTH or not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", host):
        raise ValueError(f"{host!r} is no address; write a name such as sip.example.net, or an IPv4 address")
    return host


def _validate_user(user: str) -> str:
    if not re.fullmatch(r"[\w.+-]{0,64}", user, re.ASCII):
        raise ValueError(f"{user!r} cannot be used; write the account's name without @ and what follows")
    return user


def _validate_password(password: SecretStr) -> SecretStr:
    text = password.get_secret_value()
    if not text.isprintable() or text != text.strip():
        raise ValueError("it holds a line break or a space at an end; write the password alone")
    if len(text) > MAX_PASSWORD_LENGTH:
        raise ValueError(f"it has more than {MAX_PASSWORD_LENGTH} characters; write the password alone")
    return password


def _validate_caller_id(line: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", line):
        raise ValueError(f"{line!r} is not written in E.164; write a number such as +33199000000")
    if not is_presentable(line):
        raise ValueError(f"{line} is surcharged or mobile; an organisation may not show it")
    return line


TEST_TRUNK = "trunk"
"""The endpoint of calls from `trunk_addresses`; no operator's trunk may have its name."""
REFUSAL_CAUSES = {480: 19, 486: 17, 503: 34}
"""The Q.850 cause with which Asterisk sends each of these responses (hangup_cause2sip in its chan_pjsip.c)."""


class TrunkSettings(BaseModel):
    """A trunk without its password. With a `user` we register there; without, each side knows the other's address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: Annotated[str, AfterValidator(_validate_host)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None  # none: the port that DNS gives, else the default
    # Other addresses from which its calls arrive.
    networks: Annotated[tuple[IPvAnyNetwork, ...], Field(max_length=MAX_NETWORKS)] = ()
    user: Annotated[str, AfterValidator(_validate_user)] = ""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    srtp: bool = False
    codecs: tuple[Literal["alaw", "ulaw", "g722"], ...] = ("alaw", "ulaw")
    numbers: NumberForm = NumberForm.E164
    caller_ids: Annotated[
        tuple[Annotated[str, AfterValidator(_validate_caller_id)], ...], Field(max_length=MAX_CALLER_IDS)
    ] = ()  # none: the plan's numbers that may be presented
    identity: Literal["from", "pai"] = (
        "from"  # header with our number; pai: P-Asserted-Identity, and From holds the account (RFC 3325)
    )
    privacy: bool = False  # the operator gets our number, the called party does not (RFC 3323)
    calls_per_second: Annotated[int, Field(ge=1, le=100)] = 1
    nat: bool = False
    qualify_s: Annotated[int, Field(ge=0, le=3600)] = 30  # seconds between OPTIONS requests; 0: none
    refusal_code: Literal[480, 486, 503] = 486  # the SIP response to a call beyond the limits

    @model_validator(mode="after")
    def _validate_consistency(self) -> Self:
        if not self.codecs:
            raise ValueError("codecs holds none; write those that the operator takes, or leave it out")
        if self.identity == "pai" and not self.user:
            raise ValueError("identity pai shows the account in From; write user and password, or leave identity out")
        if self.srtp and self.transport != "tls":
            raise ValueError("srtp sends its keys by SIP in clear unless transport is tls; write both")
        return self

    def with_password(self, password: str) -> "Trunk":
        """The trunk with this password; "" for one whose password is not known here, or that has none."""
        return Trunk.model_construct(**dict(self) | {"password": SecretStr(password)})

    @property
    def sip_destination(self) -> str:
        """The part of a SIP URI after the @: host, port if set, and transport if not UDP."""
        port = f":{self.port}" if self.port else ""
        return f"{self.address}{port}" + (f";transport={self.transport}" if self.transport != "udp" else "")


class Trunk(TrunkSettings):
    """One operator's trunk, with the password of its account."""

    password: Annotated[SecretStr, AfterValidator(_validate_password)] = SecretStr("")

    @model_validator(mode="after")
    def _validate_account(self) -> Self:
        if bool(self.user) != bool(self.password.get_secret_value()):
            raise ValueError("user and password belong together; write both, or neither for a fixed address")
        return self

    @property
    def registers(self) -> bool:
        """False also for a trunk whose password cannot be read: it is known, and does not register."""
        return bool(self.user and self.password.get_secret_value())


TrunkName = Annotated[str, AfterValidator(_validate_name)]
Trunks = Mapping[TrunkName, Trunk]


def presentable_caller_ids(trunk: Trunk, plan: Plan) -> tuple[str, ...]:
    """The numbers (E.164) that the trunk may present as caller ID; the first one is the default."""
    return trunk.caller_ids or presentable_numbers(plan.numbers)


def number_prefixes(trunk: Trunk, country: str) -> tuple[str, str]:
    """The prefixes that the trunk expects before national digits of `country`, and before a foreign country code."""
    code, international, national = dialling_prefixes(country)
    return {
        NumberForm.E164: (f"+{code}", "+"),
        NumberForm.NATIONAL: (national, international),
        NumberForm.INTERNATIONAL: (international + code, international),
    }[trunk.numbers]


def format_number(trunk: Trunk, line: str, country: str) -> str:
    """The number `line` (E.164) in the form that the trunk expects."""
    national, international = number_prefixes(trunk, country)
    code = dialling_prefixes(country)[0]
    digits = line.removeprefix("+")
    return national + digits.removeprefix(code) if digits.startswith(code) else international + digits
