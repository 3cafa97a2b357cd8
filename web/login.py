"""What people read who log in, and who choose a password."""

from collections.abc import Callable, Mapping

from werkzeug.wrappers import Response

from records.users.login import LoginRejected
from records.users.login_attempts import TooManyLoginAttempts
from translations.message import Message, translatable

PASSWORD_REFUSED = translatable("This address or this password is wrong. Check both.")
CODE_REFUSED = translatable("This code is wrong, or was used already. Wait for the next one and copy it.")
PASSWORD_PROBLEMS: Mapping[str, Message] = {
    "short": translatable("It is too short: 12 characters at least."),
    "long": translatable("It is too long: 200 characters at most."),
    "simple": translatable("It is too easy to guess: vary the characters."),
    "name": translatable("It holds your name or address: choose another one."),
}
"""By the reason of PasswordRejected."""


def answer_login(
    log_in: Callable[[], Response],
    show_form: Callable[[Message], str],
    rejected: Message,
    describe_lock: Callable[[TooManyLoginAttempts], Message],
) -> Response | tuple[str, int]:
    """What `log_in` gives, else the form with what was wrong: `rejected` for a LoginRejected."""
    try:
        return log_in()
    except TooManyLoginAttempts as error:
        return show_form(describe_lock(error)), 429
    except LoginRejected:
        return show_form(rejected), 403
