"""Trunks: adding one to the settings, how each one fares, and a test call through it."""

import sys
from typing import IO

import click
from pydantic import TypeAdapter, ValidationError

from caller.ear import Ear, Heard, Silence
from caller.tones import Tone
from routing.numbers import displayed
from standardiste import server, settings, trunk_check, trunk_file, trunk_states
from standardiste.commands.calls import library
from standardiste.installation import Installation
from standardiste.trunks import NumberForm, Trunk, Trunks, shown

NAME = click.argument("name")


@click.group
def trunk() -> None:
    """The operators' trunks: ways to the public telephone network."""


@trunk.command
@NAME
@click.argument("address")
@click.option("--port", type=int, help="Where it is not the usual one, nor told by DNS.")
@click.option("--user", help="Account to register with; without, each side knows the other by its address.")
@click.option("--password-file", type=click.File(), help="Holds the account's password; - is standard input.")
@click.option("--transport", type=click.Choice(["udp", "tcp", "tls"]))
@click.option("--srtp", is_flag=True, default=None, help="Encrypt the voice (with tls).")
@click.option("--numbers", type=click.Choice([*NumberForm]), help="How the operator writes numbers.")
@click.option("--caller-id", "caller_ids", multiple=True, help="Number of ours (E.164) that may be shown; repeat.")
@click.option("--network", "networks", multiple=True, help="Addresses from which its calls arrive too; repeat.")
@click.option("--identity", type=click.Choice(["from", "pai"]), help="Header that holds our number.")
@click.option("--privacy", is_flag=True, default=None, help="Withhold our number from who is called.")
@click.option("--calls-per-second", type=int, help="That the operator takes from us.")
@click.option("--nat", is_flag=True, default=None, help="A router stands between the operator and us.")
@click.pass_obj
def add(house: Installation, name: str, password_file: IO[str] | None, **options: object) -> None:
    """Write the trunk NAME to the operator at ADDRESS into the settings file. A password is asked for, never shown."""
    given = {key: options[key] for key in Trunk.model_fields if options.get(key)}
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}
    if "user" in values:
        values["password"] = password_file.read().rstrip("\n") if password_file else _asked_password()
    _refuse_wrong(house, name, values)
    trunk_file.add(settings.config_file(), name, values)
    click.echo(
        f"The trunk {name} is in {settings.config_file()}; it takes calls after a restart of the server. Then:\n"
        f"  standardiste trunk list\n"
        f"  standardiste trunk check {name}"
    )


@trunk.command("list")
@click.pass_obj
def list_(house: Installation) -> None:
    """Each trunk, whether it is registered and answers, and what it shows. Exit code 1 when one has a fault."""
    trunks = house.settings.trunks
    if not trunks:
        click.echo("No trunk yet; `standardiste trunk add` writes one, see docs/trunks.md.", err=True)
    found = list(trunk_states.states(trunks, lambda line: server.asterisk_says(house, line)))
    for state in found:
        numbers = ", ".join(displayed(line, house.plan.country) for line in shown(state.trunk, house.plan))
        security = " srtp" if state.trunk.srtp else ""
        click.echo(
            f"{state.name:<12} {state.trunk.address} {state.trunk.transport}{security}  {state.words}  "
            f"shows {numbers or 'nothing, so it places no calls'}"
        )
        if state.fault:
            click.echo(f"  {state.fault}")
    sys.exit(1 if any(state.fault for state in found) else 0)


@trunk.command
@NAME
@click.pass_obj
def check(house: Installation, name: str) -> None:
    """Call our own first number out by the trunk NAME and back in, and say what was heard. It may cost a call."""
    if name not in house.settings.trunks:
        raise click.ClickException(f"There is no trunk {name!r}; `standardiste trunk list` shows them.")
    (state,) = trunk_states.states({name: house.settings.trunks[name]}, lambda line: server.asterisk_says(house, line))
    click.echo(f"{name}: {state.words}.")
    if state.fault:
        raise click.ClickException(state.fault)
    number = house.plan.numbers[0]
    click.echo(f"Calling {displayed(number.landing[0], house.plan.country)} through it ...", err=True)
    trial = trunk_check.place(house, name, Ear(library(house, number.language)))
    if trial.status != "ANSWER":
        raise click.ClickException(f"The call was not answered: {trial.reason}.")
    for sound in trial.heard:
        if not isinstance(sound, Silence):
            click.echo(f"{sound.start_s:6.1f} s  {_named(sound)}")
    if not any(isinstance(sound, Heard) for sound in trial.heard):
        raise click.ClickException(
            "The call was answered, but our own voice was not heard: either the number leads elsewhere, "
            "or the voice does not pass (check `nat`, the setting external_address, codecs, srtp, the RTP ports)."
        )
    click.echo("It passes both ways: out, and back in to our own voice.")


def _named(sound: object) -> str:
    match sound:
        case Heard():
            return sound.key
        case Tone():
            return f"a tone of {sound.frequency:.0f} Hz"
        case _:
            return "something that is not ours"


def _asked_password() -> str:
    return str(click.prompt("Password", hide_input=True))


def _refuse_wrong(house: Installation, name: str, values: dict[str, object]) -> None:
    try:
        TypeAdapter(Trunks).validate_python({name: values})
    except ValidationError as error:
        raise settings.SettingsError("\n".join(settings.sentence(problem) for problem in error.errors())) from None
    if name in house.settings.trunks:
        raise settings.SettingsError(
            f"There is a trunk {name} already; change it in the settings, or take another name."
        )
