"""Takes people out of the names that users of the console gave to their views of the inbox."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from records.schema import InboxView as Views
from routing.numbers import NATIONAL_DIGITS
from routing.person_names import fold, name_words


def forget_in_views(
    connection: Connection, names: Sequence[str], numbers: Sequence[str], emails: Sequence[str]
) -> None:
    """Takes a person out of the names of views; a view that named them is called "… 7" by its number from then on.

    Their whole name is sought in any order, and its last word alone, because a view is called by the surname.
    `numbers`: E.164, sought in any way of writing them.
    """
    for view_id, name in connection.execute(select(Views.id, Views.name)).all():
        if _names(name, names, numbers, emails):
            connection.execute(update(Views).where(Views.id == view_id).values(name=f"… {view_id}"))


def _names(text: str, names: Sequence[str], numbers: Sequence[str], emails: Sequence[str]) -> bool:
    words, digits = {*name_words(text)}, "".join(filter(str.isdecimal, text))
    wanted = [each for each in map(name_words, names) if each]
    return (
        any(words.issuperset(each) or each[-1] in words for each in wanted)
        or any(number.lstrip("+")[-NATIONAL_DIGITS:] in digits for number in numbers)
        or any(fold(email) in fold(text) for email in emails)
    )
