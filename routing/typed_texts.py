"""Texts that people type into forms, made fit to be stored and read."""

import unicodedata


def clean_text(text: str | None) -> str:
    """Newlines become LF, other control characters are dropped, and outer spaces too."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")).strip()
