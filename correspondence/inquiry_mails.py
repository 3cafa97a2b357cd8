"""The mail that tells a visitor of an answer: that it is there, and where; never what it says."""

from datetime import datetime
from email.message import EmailMessage

from correspondence.account_mails import NO_REPLY, Letterhead, build_message
from translations import catalogues
from translations.message import translatable

_SUBJECT = translatable("An answer to your message %(ref)s")
_HELLO = translatable("Hello,")
_ANSWERED = translatable("We have answered the message that you wrote to us. Read the answer here:")
_ANSWERED_BY = translatable(
    "%(organisation)s has answered the message that you wrote in its form. Read the answer here:"
)
_KEEP_IT = translatable("Do not pass the link on: whoever opens it reads your message and the answer.")


def write_inquiry_mail(
    address: str, language: str, ref: str, head: Letterhead, *, link: str, at: datetime
) -> EmailMessage:
    """The mail in the language of the inquiry. Raises ValueError for an address that cannot stand in a header."""
    name = catalogues.choose_text(head.organisation, language) or ""
    said = _ANSWERED_BY.in_language(language) % {"organisation": name} if name else _ANSWERED.in_language(language)
    paragraphs = [_HELLO.in_language(language), said, link]
    paragraphs += [text.in_language(language) for text in (_KEEP_IT, NO_REPLY)]
    subject = _SUBJECT.in_language(language) % {"ref": ref}
    return build_message(head.sender, address, subject, paragraphs, language, at)
