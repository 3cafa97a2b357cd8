"""The form of a lever of the switch: for which number, until when, why, and the words for callers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from console.forms import Form, clean_text
from console.message.forms import PASS_SUFFIX, LocalDateTimeField
from routing.overrides import ALL_NUMBERS, MAX_NOTE, MAX_WORDS
from translations.message import Message, translatable

WORDS_FIELD = "words_"
CHOSEN = "chosen"
"""The choice of an end that is typed."""

NUMBER_UNKNOWN = translatable("Choose one of the numbers.")
END_UNKNOWN = translatable("Choose until when.")
END_MISSING = translatable("Enter the day and the time at which it ends.")
END_PASSED = translatable("This time has passed. Choose a later one.")
NOTE_TOO_LONG = translatable("This is longer than %(most)s characters: shorten it.", most=MAX_NOTE)
WORDS_TOO_LONG = translatable(
    "This is longer than %(most)s characters, too long to listen to: shorten it.", most=MAX_WORDS
)
WORDS_UNSPEAKABLE = translatable("Nothing of this can be spoken. Write words, or leave it empty.")


class SwitchForm(Form):
    """How a lever is to be switched; `build_form` adds a field of words for each language of the plan."""

    number = RadioField(validate_choice=False, default=ALL_NUMBERS)
    until = RadioField(validate_choice=False)
    at = LocalDateTimeField()
    at_pass = StringField()
    note = StringField(filters=[clean_text])

    ends: Mapping[str, datetime | None] = {}
    languages: tuple[str, ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """The words by language; "" where nothing was typed."""
        return {language: self[WORDS_FIELD + language].data or "" for language in self.languages}

    @property
    def ends_at(self) -> datetime | None:
        """The instant that was chosen; None: until somebody switches it back."""
        return self.at.utc if self.until.data == CHOSEN else self.ends.get(self.until.data)

    def check(self, now: datetime, tz: tzinfo) -> bool:
        """Whether everything that was typed can be used; what cannot has an error at its field."""
        self.validate()
        if self.number.data not in {choice.value for choice in self.number.choices}:
            self.add_error("number", NUMBER_UNKNOWN)
        if self.until.data not in {choice.value for choice in self.until.choices}:
            self.add_error("until", END_UNKNOWN)
        if self.until.data == CHOSEN and (problem := self._check_end(now, tz)):
            self.add_error("at", problem)
        if len(self.note.data or "") > MAX_NOTE:
            self.add_error("note", NOTE_TOO_LONG)
        for language, text in self.texts.items():
            if len(text) > MAX_WORDS:
                self.add_error(WORDS_FIELD + language, WORDS_TOO_LONG)
            elif text and not any(map(str.isalnum, text)):
                self.add_error(WORDS_FIELD + language, WORDS_UNSPEAKABLE)
        return not self.errors

    def _check_end(self, now: datetime, tz: tzinfo) -> Message | None:
        if problem := self.at.parse(tz, self["at" + PASS_SUFFIX].data or ""):
            return problem
        if self.at.utc is None:
            return END_MISSING
        return END_PASSED if self.at.utc <= now else None


def build_form(
    languages: Sequence[str],
    numbers: Sequence[tuple[str, str]],
    ends: Sequence[tuple[str, str]],
    *,
    is_posted: bool,
) -> SwitchForm:
    """The form with these choices, each a value and its label; what was sent, or else the first choices."""
    words = {f"{WORDS_FIELD}{language}": TextAreaField(filters=[clean_text]) for language in languages}
    form_class = type("SwitchForm", (SwitchForm,), words)
    form: SwitchForm = form_class() if is_posted else form_class(formdata=None, until=ends[0][0], number=ALL_NUMBERS)
    form.number.choices = [SelectChoice(*choice) for choice in numbers]
    form.until.choices = [SelectChoice(*choice) for choice in ends]
    form.languages = tuple(languages)
    return form
