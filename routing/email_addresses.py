"""E-mail addresses as people write them."""

import re

# One @ with something before it and a host after it; whether mail arrives is another matter.
_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]]{1,64}@[^\s@<>(),;:\"\[\]]{1,190}")


def is_email_address(text: str) -> bool:
    """Whether the text has the form of one e-mail address."""
    return _EMAIL.fullmatch(text) is not None
