"""The names of the roles, and what can be wrong with the data of a user."""

from collections.abc import Mapping

from routing.access.permissions import Role
from translations.message import Message, translatable

ROLE_LABELS: Mapping[Role, Message] = {
    Role.ADMINISTRATOR: translatable("Administrator"),
    Role.SUPERVISOR: translatable("Supervisor"),
    Role.STAFF: translatable("Staff"),
    Role.MEDIATOR: translatable("Mediator"),
    Role.MESSAGE_EDITOR: translatable("Message editor"),
    Role.OVERFLOW_AGENT: translatable("Overflow agent"),
}

USER_PROBLEMS: Mapping[str, Message] = {
    "row:too-long": translatable("This line has more cells than the header."),
    "name:invalid": translatable(
        "Write a name of 80 characters at most, on one line, that does not begin with = + - @."
    ),
    "email:invalid": translatable("Write the address like first.last@example.org."),
    "email:taken": translatable("This address already has an account."),
    "role:invalid": translatable("Choose a role from the list."),
    "language:invalid": translatable("Choose fr or en."),
}
"""By the codes of routing.access.invitation_file."""

NAME_MISSING = translatable("Write the name.")
EMAIL_MISSING = translatable("Write your e-mail address.")
