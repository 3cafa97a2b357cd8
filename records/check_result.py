"""The result of one check of `doctor`."""

from dataclasses import dataclass

from translations.message import Message


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`message` says what was found; `remedy` says what to do about it, and is None when nothing is to be done.

    A remedy of a check that is `ok` is advice.
    """

    name: str
    ok: bool
    message: Message
    remedy: Message | None = None

    def in_language(self, language: str) -> tuple[str, str | None]:
        """Message and remedy in "fr", "en" or another language of `catalogues.LANGUAGES`."""
        return self.message.in_language(language), self.remedy.in_language(language) if self.remedy else None
