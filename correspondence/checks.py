"""The checks of mail: whether the mail server takes ours, and whether mails wait."""

from collections.abc import Iterator

from correspondence.mail_server import MailNotSent, MailServer
from records import mail_queue
from records.check_result import CheckResult
from records.database.engine import Database
from records.mail_queue import MAIL_PROBLEM_TEXTS, MailProblem
from records.requests.notices import count_choosers
from translations.message import Message, translatable, translatable_plural

REMEDIES = {
    MailProblem.UNREACHABLE: translatable("Check smtp_host, smtp_port and smtp_security, and the firewall."),
    MailProblem.CERTIFICATE: translatable(
        "Write the server's name of its certificate into smtp_host, or name its authority with smtp_authorities."
    ),
    MailProblem.NO_TLS: translatable("Set smtp_security to tls and smtp_port to 465, or ask who runs the mail server."),
    MailProblem.LOGIN: translatable("Correct smtp_user and smtp_password."),
    MailProblem.SENDER: translatable("Set smtp_sender to an address that this user may send from."),
    MailProblem.RECIPIENT: translatable("On the page “People”, invite the person again with the right address."),
    MailProblem.REFUSED: translatable("Ask who runs the mail server why it refuses our e-mails."),
}

SET_SERVER = translatable("Set smtp_host and smtp_sender (docs/operating.md).")


def check_mail(database: Database, server: MailServer | None) -> Iterator[CheckResult]:
    """Whether mails can be sent; the connection is tried. Raises RecordsError."""
    if server is None:
        text = translatable(
            "No mail server is set: invitations are links that you hand over, and nobody can renew a"
            " forgotten password alone."
        )
        yield CheckResult("mail", True, text, SET_SERVER)
        if count := count_choosers(database):
            chosen = translatable_plural(
                "%(count)s user chose to get e-mails about requests, and no mail server is set: they get none.",
                "%(count)s users chose to get e-mails about requests, and no mail server is set: they get none.",
                count,
            )
            yield CheckResult("mail: requests", False, chosen, SET_SERVER)
        return
    try:
        server.check()
    except MailNotSent as error:
        yield CheckResult("mail", False, _sentence(error.problem, error.answer), REMEDIES[error.problem])
        return
    text = translatable("The mail server %(host)s takes our e-mails.", host=server.host)
    yield CheckResult("mail", True, text)
    count, problem, answer = mail_queue.count_failing(database)
    if problem:
        failed = translatable_plural(
            "%(count)s e-mail could not be sent: %(reason)s.",
            "%(count)s e-mails could not be sent, the last one because of this: %(reason)s.",
            count,
            reason=_reason(problem, answer),
        )
        yield CheckResult("mail: sent", False, failed, REMEDIES[problem])


def _sentence(problem: MailProblem, answer: str) -> Message:
    return translatable("E-mails cannot be sent: %(reason)s.", reason=_reason(problem, answer))


def _reason(problem: MailProblem, answer: str) -> Message:
    return translatable("%(reason)s (%(answer)s)", reason=MAIL_PROBLEM_TEXTS[problem], answer=answer)
