"""Trunks: adding one to the settings, their states, and a test call."""

import sys
from typing import IO, Any

import click
from pydantic import TypeAdapter, ValidationError

from caller.prompt_recognizer import HeardPrompt, PromptRecognizer, Silence
from caller.tones import Tone
from routing.numbers import format_number
from standardiste import settings, trunk_settings_file
from standardiste.doctor import trunk_check
from standardiste.installation import Installation
from standardiste.sound_library import list_sound_files
from standardiste.switchboard import trunk_states
from standardiste.trunk_settings import NumberForm, Trunk, Trunks, presentable_caller_ids

NAME = click.argument("name")


@click.group
def trunk() -> None:
    """Trunks to the public telephone network."""


@trunk.command
@NAME
@click.argument("address")
@click.option("--port", type=int, help="If neither the default nor given by DNS.")
@click.option("--user", help="Account to register with; without it, each side knows the other by its address.")
@click.option("--password-file", type=click.File(), help="File with the account's password; - is standard input.")
@click.option("--transport", type=click.Choice(["udp", "tcp", "tls"]))
@click.option("--srtp", is_flag=True, default=None, help="Encrypt the audio (with tls).")
@click.option("--numbers", type=click.Choice([*NumberForm]), help="How the operator writes numbers.")
@click.option("--caller-id", "caller_ids", multiple=True, help="Number of ours (E.164) that may be shown; repeat.")
@click.option("--network", "networks", multiple=True, help="Other addresses from which its calls arrive; repeat.")
@click.option("--identity", type=click.Choice(["from", "pai"]), help="Header that holds our number.")
@click.option("--privacy", is_flag=True, default=None, help="Withhold our number from the called party.")
@click.option("--calls-per-second", type=int, help="The most that the operator accepts from us.")
@click.option(
    "--refusal-code",
    type=click.Choice(["486", "480", "503"]),
    callback=lambda _context, _option, code: int(code) if code else None,
    help="The SIP response to a call beyond the limits.",
)
@click.option("--nat", is_flag=True, default=None, help="There is a NAT router between the operator and us.")
@click.pass_obj
def add(installation: Installation, /, name: str, password_file: IO[str] | None, **options: Any) -> None:
    """Write the trunk NAME to the operator at ADDRESS into the settings file. A password is asked for, never shown."""
    given = {key: options[key] for key in Trunk.model_fields if options.get(key)}
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}
    if "user" in values:
        values["password"] = password_file.read().rstrip("\n") if password_file else _prompt_password()
    _validate_trunk(installation, name, values)
    trunk_settings_file.add_trunk(settings.config_file(), name, values)
    click.echo(
        f"The trunk {name} is in {settings.config_file()}; it takes calls after a restart of the server. Then:\n"
        f"  standardiste trunk list\n"
        f"  standardiste trunk check {name}"
    )


@trunk.command("list")
@click.pass_obj
def list_(installation: Installation) -> None:
    """Each trunk, its state and its caller IDs. Exit code 1 if one has a fault."""
    trunks = installation.settings.trunks
    if not trunks:
        click.echo("No trunk yet; `standardiste trunk add` writes one, see docs/trunks.md.", err=True)
    states = list(trunk_states.list_trunk_states(trunks, installation.asterisk_cli.run))
    for state in states:
        numbers = ", ".join(
            format_number(line, installation.plan.country)
            for line in presentable_caller_ids(state.trunk, installation.plan)
        )
        security = " srtp" if state.trunk.srtp else ""
        click.echo(
            f"{state.name:<12} {state.trunk.address} {state.trunk.transport}{security}  {state.summary}  "
            f"shows {numbers or 'nothing, so it places no calls'}"
        )
        if state.fault:
            click.echo(f"  {state.fault}")
    sys.exit(1 if any(state.fault for state in states) else 0)


@trunk.command
@NAME
@click.pass_obj
def check(installation: Installation, name: str) -> None:
    """Call our own first number through the trunk NAME, and say what was heard. The call may cost money."""
    if name not in installation.settings.trunks:
        raise click.ClickException(f"There is no trunk {name!r}; `standardiste trunk list` shows them.")
    (state,) = trunk_states.list_trunk_states({name: installation.settings.trunks[name]}, installation.asterisk_cli.run)
    click.echo(f"{name}: {state.summary}.")
    if state.fault:
        raise click.ClickException(state.fault)
    number = installation.plan.numbers[0]
    click.echo(
        f"Calling {format_number(number.landing_numbers[0], installation.plan.country)} through it ...", err=True
    )
    result = trunk_check.place_trunk_call(
        installation, name, PromptRecognizer(list_sound_files(installation, number.language))
    )
    if result.status != "ANSWER":
        raise click.ClickException(f"The call was not answered: {result.reason}.")
    for sound in result.heard:
        if not isinstance(sound, Silence):
            click.echo(f"{sound.start_s:6.1f} s  {_describe_sound(sound)}")
    if not any(isinstance(sound, HeardPrompt) for sound in result.heard):
        raise click.ClickException(
            "The call was answered, but our own voice was not heard: either the number leads elsewhere, "
            "or the voice does not pass (check `nat`, the setting external_address, codecs, srtp, the RTP ports)."
        )
    click.echo("It passes both ways: out, and back in to our own voice.")


def _describe_sound(sound: object) -> str:
    match sound:
        case HeardPrompt():
            return sound.key
        case Tone():
            return f"a tone of {sound.frequency:.0f} Hz"
        case _:
            return "something that is not ours"


def _prompt_password() -> str:
    return str(click.prompt("Password", hide_input=True))


def _validate_trunk(installation: Installation, name: str, values: dict[str, object]) -> None:
    try:
        TypeAdapter(Trunks).validate_python({name: values})
    except ValidationError as error:
        raise settings.SettingsError(
            "\n".join(settings.describe_error(problem) for problem in error.errors())
        ) from None
    if name in installation.settings.trunks:
        raise settings.SettingsError(
            f"There is a trunk {name} already; change it in the settings, or take another name."
        )
