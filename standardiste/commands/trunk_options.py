"""The options of `trunk add` and `trunk change`, and the trunk that they describe."""

import sys
from collections.abc import Callable
from typing import IO, Any, TypeVar

import click
from pydantic import TypeAdapter, ValidationError

from routing.trunks import NumberForm, Trunk, Trunks, TrunkSettings
from standardiste.installation import Installation
from standardiste.settings_loading import SettingsError, describe_error
from standardiste.switchboard.trunk_hosts import find_impossible_hosts, find_private_hosts

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--label", help="Its name for people, such as the operator's."),
    click.option("--port", type=int, help="If neither the default nor given by DNS."),
    click.option("--user", help="Account to register with; without it, each side knows the other by its address."),
    click.option("--password-file", type=click.File(), help="File with the account's password; - is standard input."),
    click.option("--transport", type=click.Choice(["udp", "tcp", "tls"])),
    click.option("--srtp/--no-srtp", default=None, help="Encrypt the audio (with tls)."),
    click.option(
        "--numbers", type=click.Choice([form.value for form in NumberForm]), help="How the operator writes numbers."
    ),
    click.option("--codec", "codecs", multiple=True, help="alaw, ulaw or g722, the preferred one first; repeat."),
    click.option("--caller-id", "caller_ids", multiple=True, help="Number of ours (E.164) that may be shown; repeat."),
    click.option("--network", "networks", multiple=True, help="Other addresses from which its calls arrive; repeat."),
    click.option("--identity", type=click.Choice(["from", "pai"]), help="Header that holds our number."),
    click.option("--privacy/--no-privacy", default=None, help="Withhold our number from the called party."),
    click.option("--calls-per-second", type=int, help="The most that the operator accepts from us."),
    click.option("--qualify", "qualify_s", type=int, help="Seconds between checks whether it answers; 0: never."),
    click.option(
        "--refusal-code",
        type=click.Choice(["486", "480", "503"]),
        callback=lambda _context, _option, code: int(code) if code else None,
        help="The SIP response to a call beyond the limits.",
    ),
    click.option("--nat/--no-nat", default=None, help="There is a NAT router between the operator and us."),
    click.option("--private", is_flag=True, help="An address in a private network, or of this machine, is meant."),
)


def trunk_options(command: Command) -> Command:
    """Adds the options of a trunk to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given_values(options: dict[str, Any]) -> dict[str, Any]:
    """The values that were typed; an empty text removes what there was."""
    typed = {key: options[key] for key in TrunkSettings.model_fields if options.get(key) not in (None, ())}
    return {key: [one for one in value if one] if isinstance(value, tuple) else value for key, value in typed.items()}


def read_password(file: IO[str] | None) -> str:
    """The password from the file, or typed without being shown."""
    return file.read().rstrip("\n") if file else str(click.prompt("Password", hide_input=True))


def validate_trunk(name: str, values: dict[str, Any]) -> Trunk:
    """Raises SettingsError with a line for each value that cannot be."""
    try:
        return TypeAdapter(Trunks).validate_python({name: values})[name]
    except ValidationError as error:
        problems = ({**problem, "loc": ("trunks", *problem["loc"])} for problem in error.errors())
        lines = (describe_error(problem).removeprefix("trunks.") for problem in problems)
        raise SettingsError("\n".join(lines)) from None


def confirm_hosts(installation: Installation, trunk: Trunk, *, confirmed: bool) -> None:
    """Asks whether a private address, or one of this machine, is meant. Raises ClickException when it is not."""
    if impossible := find_impossible_hosts(installation.settings, trunk):
        raise click.ClickException(
            f"{', '.join(impossible)} cannot be an operator's; write its address, or networks of /16 at most."
        )
    private = find_private_hosts(installation.settings, trunk)
    if not private or confirmed:
        return
    question = f"{', '.join(private)} is in a private network, or is this machine. Is it meant?"
    if not sys.stdin.isatty() or not click.confirm(question):
        raise click.ClickException(
            f"{', '.join(private)} is in a private network, or is this machine; correct it, or add --private."
        )
