"""The answer of one check of `doctor`, in one form for every room of the house."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`sentence` says what was found; `mend` says what to do about it, and is None when nothing is to be done.

    Both are English, with their French in the fields of the same name. A `mend` beside `ok` is advice, not a fault.
    """

    name: str
    ok: bool
    sentence: str
    mend: str | None = None
    sentence_fr: str = ""
    mend_fr: str | None = None

    def told(self, language: str) -> tuple[str, str | None]:
        """Sentence and mend in "fr" or "en"; a text that has no French is told in English."""
        if language == "fr":
            return self.sentence_fr or self.sentence, self.mend_fr or self.mend
        return self.sentence, self.mend
