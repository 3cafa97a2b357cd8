"""The organisation that runs the reception, and what visitors read about their data; a part of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from routing.languages import LocalizedText

_NO_TEXT: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who asks for data, and whom people write to about them. What is not given is empty.

    `name` and `callback_text`, a sentence above the public callback form, are by language. `privacy_contact` is a
    person or an office, `privacy_email` and `privacy_address` (postal, on one line) are theirs, `privacy_page` is an
    https address.
    """

    name: LocalizedText = field(default_factory=lambda: _NO_TEXT)
    callback_text: LocalizedText = field(default_factory=lambda: _NO_TEXT)
    privacy_contact: str = ""
    privacy_email: str = ""
    privacy_address: str = ""
    privacy_page: str = ""

    @property
    def can_be_written_to(self) -> bool:
        """Whether people learn whom to write to about their data."""
        return bool(self.privacy_email or self.privacy_address)
