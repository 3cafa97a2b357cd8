"""The mail to supervisors of overflow centres: that outcomes of calls are missing, and where; never which calls."""

from datetime import datetime
from email.message import EmailMessage

from correspondence.account_mails import NO_REPLY, Letterhead, build_message
from records.centres.accounts import CentreAccount
from translations.message import translatable

_SUBJECT = translatable("Outcomes of calls are missing")
_HELLO = translatable("Hello,")
_REASON = translatable(
    "Your centre has answered calls for us, and has not said in the agreed time what became of them. They stand here,"
    " and can be completed there:"
)
_AGAIN = translatable("This e-mail comes once a day at most, while an outcome is missing.")


def write_centre_mail(account: CentreAccount, head: Letterhead, *, url: str, at: datetime) -> EmailMessage:
    """The mail in their language. `url`: the beginning of the addresses of the pages of centres.

    Raises ValueError for an address that cannot stand in a header.
    """
    language = account.language
    texts = [text.in_language(language) for text in (_HELLO, _REASON, _AGAIN, NO_REPLY)]
    paragraphs = [*texts[:2], f"{url}/missing", *texts[2:]]
    return build_message(head.sender, account.email, _SUBJECT.in_language(language), paragraphs, language, at)
