"""The mails to users of the console: what each says, in the user's language.

A header holds fixed words and checked addresses only; what somebody typed, such as a name, is in the body.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from records.mail_queue import MailKind
from records.users.users import User
from routing.access.permissions import Role
from routing.access.role_names import ROLE_LABELS
from translations.message import Message, translatable

SUBJECTS: Mapping[MailKind, Message] = {
    MailKind.INVITATION: translatable("Your access to the telephone reception"),
    MailKind.NEW_LINK: translatable("Your new link to the telephone reception"),
    MailKind.FORGOTTEN_PASSWORD: translatable("Choose a new password for the telephone reception"),
    MailKind.ROLE_CHANGED: translatable("Your role at the telephone reception has changed"),
}
_REASONS: Mapping[MailKind, Message] = {
    MailKind.INVITATION: translatable(
        "%(by)s has invited you to the console of the telephone reception%(organisation)s, with the role “%(role)s”."
        " Open this link and choose a password:"
    ),
    MailKind.NEW_LINK: translatable(
        "%(by)s has given you a new link to the console of the telephone reception%(organisation)s. Your password and"
        " your two-factor authentication no longer apply. Open this link and choose a password:"
    ),
    MailKind.FORGOTTEN_PASSWORD: translatable(
        "Somebody, probably you, asked for a new password for the console of the telephone reception%(organisation)s."
        " Open this link to choose it:"
    ),
    MailKind.ROLE_CHANGED: translatable(
        "%(by)s has changed your role in the console of the telephone reception%(organisation)s: “%(earlier)s” →"
        " “%(role)s”. Log in again to continue:"
    ),
}
_HELLO = translatable("Hello %(name)s,")
_OF_ORGANISATION = translatable(" of %(organisation)s")
_ONCE = translatable(
    "The link works once, until %(deadline)s. Do not pass it on: whoever opens it gets into your account."
)
_NOT_YOU = translatable("If you do not expect this e-mail, ignore it: nothing changes without the link.")
_NOT_FORGOTTEN = translatable(
    "If you did not ask for it, ignore this e-mail: your password stays as it is. If such e-mails come again, tell your"
    " administrator."
)
NO_REPLY = translatable("This e-mail was sent automatically. Replies are not read.")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all mails share. `sender`: our address; `organisation`: its name by language, which may be empty."""

    sender: str
    organisation: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a mail is written: `by` whom something was done, and the `earlier_role` of a user whose role was changed."""

    kind: MailKind
    by: str = ""
    earlier_role: str = ""


def write_mail(
    occasion: Occasion, user: User, head: Letterhead, *, link: str, deadline: str = "", at: datetime
) -> EmailMessage:
    """The mail to this user, at the address of their account.

    `link`: the address that it leads to, `deadline` until when, in words. Raises ValueError for an address that cannot
    stand in a header.
    """
    kind, language = occasion.kind, user.language
    name = head.organisation.get(language) or next(iter(head.organisation.values()), "")
    organisation = _OF_ORGANISATION.in_language(language) % {"organisation": name} if name else ""
    reason = _REASONS[kind].in_language(language) % {
        "by": occasion.by,
        "organisation": organisation,
        "role": ROLE_LABELS[user.role].in_language(language),
        "earlier": (ROLE_LABELS[Role(occasion.earlier_role)].in_language(language) if occasion.earlier_role else ""),
    }
    closing = [_NOT_FORGOTTEN if kind is MailKind.FORGOTTEN_PASSWORD else _NOT_YOU] if deadline else []
    paragraphs = [_HELLO.in_language(language) % {"name": user.name}, reason, link]
    if deadline:
        paragraphs.append(_ONCE.in_language(language) % {"deadline": deadline})
    paragraphs += [text.in_language(language) for text in (*closing, NO_REPLY)]
    subject = SUBJECTS[kind].in_language(language)
    return build_message(head.sender, user.email, subject, paragraphs, language, at)


def build_message(
    sender: str, address: str, subject: str, paragraphs: Sequence[str], language: str, at: datetime
) -> EmailMessage:
    """One mail of plain text. Raises ValueError for an address that cannot stand in a header."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=address)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    message["Content-Language"] = language
    message.set_content("\n\n".join(paragraphs) + "\n")
    return message
