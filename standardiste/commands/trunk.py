"""Trunks: adding, changing and removing them, their states, a test call, and the key of their passwords."""

import sys
from pathlib import Path
from typing import IO, Any

import click

from caller.prompt_recognizer import HeardPrompt, PromptRecognizer, Silence
from caller.tones import Tone
from records import trunks
from records.actor import Actor, command_line_actor
from records.trunks import StoredTrunk, TrunkUse
from routing.numbers import format_number
from routing.trunks import presentable_caller_ids
from standardiste import trunk_call, trunk_changes
from standardiste.commands.options import EXISTING_FILE
from standardiste.commands.trunk_options import (
    confirm_hosts,
    given_values,
    read_password,
    trunk_options,
    validate_trunk,
)
from standardiste.installation import Installation
from standardiste.sound_library import list_sound_files
from standardiste.switchboard import trunk_states

NAME = click.argument("name")
ACCOUNT = ("user", "address", "port", "transport")
"""With another value of these, the password would go to somebody else: it is typed again."""


@click.group
def trunk() -> None:
    """Trunks to the public telephone network."""


@trunk.command
@NAME
@click.argument("address")
@trunk_options
@click.pass_obj
def add(
    installation: Installation,
    /,
    name: str,
    password_file: IO[str] | None,
    label: str | None,
    private: bool,
    **options: Any,
) -> None:
    """Add the trunk NAME to the operator at ADDRESS; it works at once. A password is asked for, and never shown."""
    values = given_values(options)
    if values.get("user"):
        values["password"] = read_password(password_file)
    chosen = validate_trunk(name, values)
    confirm_hosts(installation, chosen, confirmed=private)
    trunk_changes.add_trunk(installation, _actor(installation), StoredTrunk(name, label or name, chosen))
    click.echo(f"The trunk {name} is added and takes calls. Try it:  standardiste trunk test {name}")


@trunk.command
@NAME
@click.option("--address", help="The operator's proxy or registrar.")
@trunk_options
@click.option("--first", is_flag=True, help="It carries callbacks and calls to agents' outside numbers.")
@click.option("--password", "asks_password", is_flag=True, help="Ask for a new password.")
@click.pass_obj
def change(
    installation: Installation,
    /,
    name: str,
    password_file: IO[str] | None,
    label: str | None,
    private: bool,
    first: bool,
    asks_password: bool,
    **options: Any,
) -> None:
    """Change the trunk NAME, at once; what is not given stays. An empty text ("") removes a value."""
    was = trunks.get_trunk(installation.database, name, installation.secret_box)
    before, typed = was.trunk.model_dump(exclude={"password"}), given_values(options)
    values = {key: value for key, value in (before | typed).items() if value != "" or key not in typed}
    needs_password = bool(values.get("user")) and any(values.get(key) != before.get(key) for key in ACCOUNT)
    retyped = asks_password or password_file is not None or needs_password
    if values.get("user"):
        kept = was.trunk.password.get_secret_value() or "unreadable"
        values["password"] = read_password(password_file) if retyped else kept
    if typed or retyped or label:
        chosen = validate_trunk(name, values)
        confirm_hosts(installation, chosen, confirmed=private or not ("address" in typed or "networks" in typed))
        keeps = bool(values.get("user")) and not retyped
        now = StoredTrunk(name, label or was.label, chosen)
        trunk_changes.change_trunk(installation, _actor(installation), now, keeps_password=keeps)
    elif not first:
        raise click.ClickException("Nothing is to be changed; `standardiste trunk change --help` shows the options.")
    if first:
        trunk_changes.put_first(installation, _actor(installation), name)
    click.echo(f"The trunk {name} is changed. Try it:  standardiste trunk test {name}")


@trunk.command
@NAME
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(installation: Installation, name: str, yes: bool) -> None:
    """Remove the trunk NAME. Calls that pass through it go on until they end; no new one comes."""
    use = trunk_changes.find_use(installation, name)
    for line in _describe_use(use):
        click.echo(line)
    if use.is_last and (use.callbacks or use.agents) and not yes:
        click.confirm("Remove it all the same?", abort=True)
    trunk_changes.remove_trunk(installation, _actor(installation), name)
    click.echo(f"The trunk {name} is removed, and its password deleted.")


@trunk.command("list")
@click.pass_obj
def list_(installation: Installation) -> None:
    """Each trunk, its state and its caller IDs. Exit code 1 if one has a fault."""
    stored = trunks.list_trunks(installation.database, installation.secret_box)
    if not stored:
        click.echo("No trunk yet; `standardiste trunk add` adds one, see docs/trunks.md.", err=True)
    states = list(trunk_states.list_trunk_states(stored, installation.asterisk_cli.run))
    for state in states:
        numbers = ", ".join(
            format_number(line, installation.plan.country)
            for line in presentable_caller_ids(state.trunk, installation.plan)
        )
        security = " srtp" if state.trunk.srtp else ""
        click.echo(
            f"{state.name:<12} {state.trunk.address} {state.trunk.transport}{security}  "
            f"{', '.join(map(str, state.summary))}  shows {numbers or 'nothing, so it places no calls'}"
        )
        if state.fault:
            click.echo(f"  {state.fault.problem} {state.fault.remedy}")
    sys.exit(1 if any(state.fault for state in states) else 0)


@trunk.command
@NAME
@click.pass_obj
def test(installation: Installation, name: str) -> None:
    """Say whether the trunk NAME answers, then call our own first number through it. The call may cost money."""
    stored = trunks.get_trunk(installation.database, name, installation.secret_box)
    trunk_changes.ask_operator(installation, name)
    state = trunk_states.wait_for_state(stored, installation.asterisk_cli.run)
    click.echo(f"{name}: {', '.join(map(str, state.summary))}.")
    if state.fault:
        raise click.ClickException(f"{state.fault.problem} {state.fault.remedy}")
    number = installation.plan.numbers[0]
    click.echo(
        f"Calling {format_number(number.landing_numbers[0], installation.plan.country)} through it ...", err=True
    )
    result = trunk_call.place_trunk_call(
        installation, name, PromptRecognizer(list_sound_files(installation, number.language))
    )
    for sound in result.heard:
        if not isinstance(sound, Silence):
            click.echo(f"{sound.start_s:6.1f} s  {_describe_sound(sound)}")
    if not result.is_good:
        raise click.ClickException(str(result.verdict))
    click.echo(str(result.verdict))


trunk.add_command(test, "check")  # its name until version 0.2


@trunk.command("rotate-key")
@click.pass_obj
def rotate_key(installation: Installation) -> None:
    """Encrypt all stored passwords with a new key. Keep the old one with the backups that were made before."""
    count = trunk_changes.rotate_key(installation, _actor(installation))
    click.echo(
        f"{count} passwords are encrypted with a new key, in {installation.settings.trunk_key_file}.\n"
        "Put a copy of this file where the copy of the old one is; backups made before now need the old one."
    )


@trunk.command("import-key")
@click.argument("file", type=EXISTING_FILE)
@click.pass_obj
def import_key(installation: Installation, file: Path) -> None:
    """Read stored passwords with the key in FILE too, after a backup was restored."""
    count = trunk_changes.import_key(installation, file.read_bytes().split())
    click.echo(f"The key is added; the passwords of {count} trunks can be read.")


def _actor(installation: Installation) -> Actor:
    return command_line_actor(installation.os_user)


def _describe_use(use: TrunkUse) -> list[str]:
    lines = []
    if use.calls:
        lines.append(f"{use.calls} calls pass through it now; they go on until they end.")
    if use.successor:
        lines.append(f"Callbacks and calls to outside numbers leave through {use.successor}.")
    if use.is_last and use.callbacks:
        lines.append(f"{use.callbacks} callbacks wait until there is another trunk.")
    if use.is_last and use.agents:
        lines.append(f"These agents are rung at outside numbers, and are not reached: {', '.join(use.agents)}.")
    return lines


def _describe_sound(sound: object) -> str:
    match sound:
        case HeardPrompt():
            return sound.key
        case Tone():
            return f"a tone of {sound.frequency:.0f} Hz"
        case _:
            return "something that is not ours"
