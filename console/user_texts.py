"""What can be wrong with the data of a user."""

from collections.abc import Mapping

from routing.access.role_names import ROLE_LABELS
from routing.quoting import list_with_or
from translations.message import Message, translatable

USER_PROBLEMS: Mapping[str, Message] = {
    "row:too-long": translatable("This line has more cells than the header."),
    "name:invalid": translatable(
        "Write a name of 80 characters at most, on one line, that does not begin with = + - @."
    ),
    "email:invalid": translatable("Enter the address like first.last@example.org."),
    "email:taken": translatable("This address already has an account."),
    "email:repeated": translatable("This address is already on an earlier line."),
    "role:invalid": translatable("Choose a role from the list."),
    "language:invalid": translatable("Choose fr or en."),
}
"""By the codes of routing.access.invitation_file."""

ROW_PROBLEMS: Mapping[str, Message] = {
    **USER_PROBLEMS,
    "row:too-long": translatable(
        "This line has more cells than the header; put a cell that holds a separator in quotation marks."
    ),
    "role:invalid": translatable("Choose a role: %(roles)s.", roles=list_with_or([*ROLE_LABELS.values()])),
}
"""What is wrong with a line of a table, where nothing can be chosen from a list."""

NAME_MISSING = translatable("Enter the name.")
EMAIL_MISSING = translatable("Enter your e-mail address.")
INVITEE_EMAIL_MISSING = translatable("Enter the person's e-mail address.")
