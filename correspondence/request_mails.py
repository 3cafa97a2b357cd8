"""The mails about requests: that something waits in the console, never what, or whose it is."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage

from correspondence.account_mails import NO_REPLY, Letterhead, build_message
from records.mail_queue import MailKind
from records.users.users import User
from translations.message import Message, translatable

_SUBJECTS: Mapping[MailKind, Message] = {
    MailKind.REQUEST_ASSIGNED: translatable("A request was handed to you"),
    MailKind.REQUEST_DUE: translatable("A request is due"),
    MailKind.REQUEST_OVERDUE: translatable("A request is long overdue"),
}
_REASONS: Mapping[MailKind, Message] = {
    MailKind.REQUEST_ASSIGNED: translatable(
        "At least one request was handed to you in the console of the telephone reception. You find it here:"
    ),
    MailKind.REQUEST_DUE: translatable(
        "At least one request that is yours or nobody's is due in the console of the telephone reception. You find it"
        " here:"
    ),
    MailKind.REQUEST_OVERDUE: translatable(
        "At least one request is still open long after it was due in the console of the telephone reception. You find"
        " it here:"
    ),
}
_PAGES: Mapping[MailKind, str] = {
    MailKind.REQUEST_ASSIGNED: "/inbox?owner=mine",
    MailKind.REQUEST_DUE: "/inbox?late=y",
    MailKind.REQUEST_OVERDUE: "/inbox?late=y",
}
_HELLO = translatable("Hello,")
_CHOICE = translatable("You chose these e-mails on the page of your account, and can stop them there.")


def write_request_mail(kind: MailKind, user: User, head: Letterhead, *, url: str, at: datetime) -> EmailMessage:
    """The mail in the user's language. `url`: the beginning of the console's addresses.

    Raises ValueError for an address that cannot stand in a header.
    """
    language = user.language
    paragraphs = [_HELLO.in_language(language), _REASONS[kind].in_language(language), f"{url}{_PAGES[kind]}"]
    paragraphs += [text.in_language(language) for text in (_CHOICE, NO_REPLY)]
    return build_message(head.sender, user.email, _SUBJECTS[kind].in_language(language), paragraphs, language, at)
