"""The PIN of the staff line, set and unlocked on the command line."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from reception import Reception

from records.actor import command_line_actor
from records.users import phone_pins, users
from records.users.users import User
from routing.access.pins import MAX_WRONG_PINS
from standardiste.cli import main

EMAIL, PIN = "margot@example.org", "274016"
ACTOR = command_line_actor("test")


@pytest.fixture
def typed(reception: Reception):
    def run(*arguments: str, answers: str = "") -> Result:
        command = ["account", *arguments]
        return CliRunner(mix_stderr=False).invoke(main, command, input=answers, env=reception.environment)

    return run


def test_a_pin_set_on_the_command_line_works_and_is_shown_nowhere(reception: Reception, typed) -> None:
    typed("invite", "Margot", EMAIL, "--role", "message_editor")
    easy = typed("pin", EMAIL, answers="123456\n123456\n")
    assert easy.exit_code == 1 and "choose 6 to 12 digits" in easy.stderr

    said = typed("pin", EMAIL, answers=f"{PIN}\n{PIN}\n")

    account = users.get_user_by_email(reception.database, ACTOR, EMAIL)

    def opens(pin: str) -> User | None:
        return phone_pins.verify_pin(reception.database, account.id, pin, by=ACTOR, at=datetime.now(UTC)).user

    assert said.stdout.endswith(f"{EMAIL} is account {account.id} on the telephone.\n")
    assert PIN not in said.output + said.stderr
    assert opens(PIN) == account
    assert typed("unlock-pin", EMAIL).exit_code == 1  # it is not locked
    for _ in range(MAX_WRONG_PINS):
        assert opens("905137") is None
    assert typed("unlock-pin", EMAIL).stdout == f"The PIN of {EMAIL} opens again.\n"
    assert opens(PIN) == account
