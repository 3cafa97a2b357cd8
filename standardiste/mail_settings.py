"""The mail server that the settings name."""

from correspondence.mail_server import MailServer
from standardiste.settings import Settings


def mail_server(settings: Settings) -> MailServer | None:
    """The mail server; None when the settings name none."""
    if not settings.sends_mail:
        return None
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_sender,
        settings.smtp_authorities,
        settings.smtp_user,
        settings.smtp_password.get_secret_value(),
    )
