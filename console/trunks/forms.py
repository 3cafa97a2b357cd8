"""The form of a trunk, and its errors in words."""

import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_network

from pydantic import ValidationError
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from console.forms import Form, parse_number, strip
from records.trunks import StoredTrunk
from routing.trunks import MAX_NETWORKS, NumberForm, Trunk, TrunkSettings
from translations.message import Message, translatable

CODECS = ("alaw,ulaw", "g722,alaw,ulaw", "alaw", "ulaw,alaw")
ACCOUNT_FIELDS = ("address", "port", "transport", "user")
"""With another value of these, the password would go to somebody else: it is typed again."""
LABEL_LENGTH = 60

LABEL_MISSING = translatable("Give it a name, such as the operator's.")
LABEL_ODD = translatable("It holds a character that cannot be shown: type it instead of pasting it.")
LABEL_LONG = translatable("It is too long: 60 characters at most.")
PASSWORD_MISSING = translatable("Enter the password of this user.")
PASSWORD_AGAIN = translatable(
    "Enter the password again: with another server or user, the stored one would go to somebody else."
)
PASSWORD_UNREADABLE = translatable("Enter the password again: the stored one cannot be read.")
NOT_LISTED = translatable("Choose from the list.")
TOO_MANY_NETWORKS = translatable(
    "These are more than %(count)s networks: write a wider one for several.", count=MAX_NETWORKS
)


def host_private(hosts: Iterable[str]) -> Message:
    """The error of addresses that are private or our own, until they are confirmed."""
    return translatable(
        "%(typed)s is in a private network, or is this machine itself. If that is meant, tick the box below.",
        typed=", ".join(hosts),
    )


def host_impossible(hosts: Iterable[str]) -> Message:
    """The error of addresses that no operator has, and of networks that are too wide."""
    return translatable(
        "%(typed)s cannot be an operator's: no computer has this address, or too many have it. Check it.",
        typed=", ".join(hosts),
    )


_PROBLEMS: Mapping[str, Callable[[str], Message]] = {
    "address": lambda typed: translatable(
        "“%(typed)s” is no address: write a name such as sip.example.net, or four numbers such as 192.0.2.10.",
        typed=typed,
    ),
    "port": lambda typed: translatable(
        "“%(typed)s” is no port: write a number from 1 to 65535, or leave it empty.", typed=typed
    ),
    "user": lambda typed: translatable(
        "“%(typed)s” cannot be a user: write only what comes before the @, without spaces.", typed=typed
    ),
    "password": lambda _: translatable(
        "Write the password alone: no line break, no space at an end, 128 characters at most."
    ),
    "networks": lambda typed: translatable(
        "“%(typed)s” is no network: write one for each line, such as 192.0.2.10 or 192.0.2.0/28.", typed=typed
    ),
    "caller_ids": lambda typed: translatable("%(typed)s cannot be shown: choose from the list.", typed=typed),
    "calls_per_second": lambda typed: translatable("“%(typed)s” is no number from 1 to 100.", typed=typed),
    "qualify_s": lambda typed: translatable("“%(typed)s” is no number from 0 to 3600.", typed=typed),
    "srtp": lambda _: translatable("The voice can only be encrypted with TLS: choose TLS, or untick it."),
    "identity": lambda _: translatable("This needs a user and a password."),
}
"""By field: the error that names what was typed."""


class TrunkForm(Form):
    """`password` is never filled in: what is stored is not shown. `is_private_meant` confirms a private address.

    `seen` is the revision that the page showed.
    """

    seen = HiddenField()
    label = StringField(filters=[strip])
    address = StringField(filters=[strip])
    port = StringField(filters=[strip])
    transport = SelectField(choices=[SelectChoice(name, name.upper()) for name in ("udp", "tcp", "tls")])
    srtp = BooleanField()
    user = StringField(filters=[strip])
    password = PasswordField()
    networks = TextAreaField(filters=[strip])
    numbers = SelectField(choices=[SelectChoice(form.value) for form in NumberForm])
    caller_ids = SelectMultipleField(validate_choice=False)
    identity = SelectField(choices=[SelectChoice("from"), SelectChoice("pai")])
    privacy = BooleanField()
    calls_per_second = StringField(filters=[strip], default="1")
    nat = BooleanField()
    codecs = SelectField(validate_choice=False)
    qualify_s = StringField(filters=[strip], default="30")
    refusal_code = SelectField(choices=[SelectChoice("486"), SelectChoice("480"), SelectChoice("503")])
    is_private_meant = BooleanField()
    asks_private = False
    is_first = BooleanField()

    def read(self, name: str, was: StoredTrunk | None) -> tuple[StoredTrunk, bool] | None:
        """The trunk as typed, and whether the stored password stays; None when something is wrong with a field."""
        self._check_label()
        values = self._values()
        keeps = self._keeps_password(values, was)
        values["password"] = "kept" if keeps else str(self.password.data or "")
        if values["user"] and not keeps and not values["password"]:
            self.add_error("password", self._why_password(was))
            values["password"] = "missing"
        if not values["user"]:
            values["password"] = ""
        try:
            trunk = Trunk.model_validate({key: value for key, value in values.items() if value is not None})
        except ValidationError as error:
            for problem in error.errors():
                self._add_problem(problem["loc"][0] if problem["loc"] else "", str(problem["msg"]))
            return None
        if self.errors:
            return None
        return StoredTrunk(name, self.label.data or "", trunk, revision=self.seen.data or ""), keeps

    def fill(self, stored: StoredTrunk) -> None:
        """Shows a stored trunk; never its password."""
        for key, value in stored.trunk.model_dump(mode="json", exclude={"password"}).items():
            field = self[key]
            if key == "codecs":
                field.data = ",".join(value)
            elif key == "networks":
                field.data = "\n".join(value)
            elif isinstance(field, (BooleanField, SelectMultipleField)):
                field.data = value
            else:
                field.data = "" if value is None else str(value)
        self.label.data, self.seen.data = stored.label, stored.revision

    def set_choices(self, caller_ids: Iterable[tuple[str, str]], codecs: Iterable[tuple[str, str]]) -> None:
        """The options of the two lists, each with its value and its label."""
        self.caller_ids.choices = [SelectChoice(value, label) for value, label in caller_ids]
        self.codecs.choices = [SelectChoice(value, label) for value, label in codecs]

    def _values(self) -> dict[str, object]:
        typed: dict[str, object] = {key: self[key].data for key in TrunkSettings.model_fields}
        typed["port"] = self.port.data or None
        typed["transport"] = self.transport.data or "udp"
        typed["networks"] = _list_networks(self.networks.data)
        typed["caller_ids"] = tuple(self.caller_ids.data or ())
        typed["codecs"] = tuple((self.codecs.data or CODECS[0]).split(","))
        typed["refusal_code"] = parse_number(self.refusal_code.data) or 486
        return typed

    def _keeps_password(self, values: Mapping[str, object], was: StoredTrunk | None) -> bool:
        """A field that is left empty keeps the stored password, unless it would go to somebody else."""
        if was is None or not was.trunk.user or self.password.data or not values["user"]:
            return False
        before = was.trunk.model_dump()
        return not was.is_locked and all(str(values[key] or "") == str(before[key] or "") for key in ACCOUNT_FIELDS)

    def _why_password(self, was: StoredTrunk | None) -> Message:
        if was is None or not was.trunk.user:
            return PASSWORD_MISSING
        return PASSWORD_UNREADABLE if was.is_locked else PASSWORD_AGAIN

    def _check_label(self) -> None:
        if not self.label.data:
            self.add_error("label", LABEL_MISSING)
        elif not self.label.data.isprintable():
            self.add_error("label", LABEL_ODD)
        elif len(self.label.data) > LABEL_LENGTH:
            self.add_error("label", LABEL_LONG)

    def _add_problem(self, location: object, message: str) -> None:
        """`message` is pydantic's; what it is about is found by the field, or by the words of our own validator."""
        field = str(location) or next((key for key in ("identity", "srtp", "codecs") if key in message), "user")
        if field not in _PROBLEMS:
            self.add_error(field if field in self else "address", NOT_LISTED)
            return
        typed = self[field].data
        if field == "networks":
            typed = next((line for line in _list_networks(typed) if not _is_network(line)), "")
            if not typed:
                self.add_error(field, TOO_MANY_NETWORKS)
                return
        shown = ", ".join(typed) if isinstance(typed, (list, tuple)) else str(typed or "")
        self.add_error(field, _PROBLEMS[field](shown[:80]))


class RemoveForm(Form):
    confirmed = BooleanField()


def _list_networks(text: str | None) -> list[str]:
    return [line.strip() for line in re.split(r"[\n,;]+", text or "") if line.strip()]


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
