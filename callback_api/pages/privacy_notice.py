"""What visitors read about their data beside the form: who asks, why, for how long, whom to write to.

Regulation (EU) 2016/679 (GDPR), article 13.
"""

from dataclasses import dataclass

from callback_api.context import AppContext
from routing.organisation import Organisation
from translations import catalogues
from translations.message import Message, translatable_plural

_DAYS_OF_YEAR, _DAYS_OF_MONTH = 365, 30


@dataclass(frozen=True, slots=True)
class PrivacyNotice:
    """`organisation`, `contact`, `email`, `address` and `page` are empty where the plan does not give them.

    `kept` and `news_kept`: how long a callback is kept after it is over, and a consent to news.
    """

    organisation: str
    kept: Message
    news_kept: Message
    contact: str
    email: str
    address: str
    page: str


def build_privacy_notice(context: AppContext, language: str) -> PrivacyNotice:
    """The notice of the plan in force."""
    plan = context.plan()
    organisation: Organisation = plan.organisation
    return PrivacyNotice(
        catalogues.choose_text(organisation.name, language) or "",
        format_days(plan.retention.callback),
        format_days(plan.retention.campaigning),
        organisation.privacy_contact,
        organisation.privacy_email,
        organisation.privacy_address,
        organisation.privacy_page,
    )


def format_days(days: int) -> Message:
    """A number of days in words, in years or months where these are whole."""
    if days >= _DAYS_OF_YEAR and days % _DAYS_OF_YEAR == 0:
        return translatable_plural("%(count)s year", "%(count)s years", days // _DAYS_OF_YEAR)
    if days >= _DAYS_OF_MONTH and days % _DAYS_OF_MONTH == 0:
        return translatable_plural("%(count)s month", "%(count)s months", days // _DAYS_OF_MONTH)
    return translatable_plural("%(count)s day", "%(count)s days", days)
