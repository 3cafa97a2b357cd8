"""The base of the console's forms.

Their errors are Messages, which a page shows beside the field and together at the top.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from routing.errors import InvalidTextError
from routing.typed_texts import clean_text as clean_text
from translations.message import Message, translatable


class TextTooLong(InvalidTextError):
    """A field holds more than its page lets people type; nothing was changed."""


class Form(FlaskForm):
    """A form without a CSRF token of its own: CSRFProtect checks one for every POST (web/application.py)."""

    class Meta(FlaskForm.Meta):
        csrf = False

    def add_error(self, field: str, error: Message) -> None:
        """Mark a field as wrong."""
        self[field].errors = (*self[field].errors, error)

    @property
    def first_errors(self) -> Mapping[str, Message]:
        """The first error of each field that has one."""
        return {name: errors[0] for name, errors in self.errors.items() if name and errors}


def required(error: Message) -> DataRequired:
    """A validator that refuses an empty field."""
    return DataRequired(message=error)


def one_of(values: Collection[str], error: Message) -> Callable[[Form, Field], None]:
    """A validator that accepts only these values."""

    def check(_form: Form, field: Field) -> None:
        if field.data not in values:
            raise ValidationError(error)

    return check


def satisfies(problem: Callable[[str], str], texts: Mapping[str, Message]) -> Callable[[Form, Field], None]:
    """A validator by a rule that returns a key of `texts`, or "" for a good value."""

    def check(_form: Form, field: Field) -> None:
        if wrong := problem(field.data or ""):
            raise ValidationError(texts[wrong])

    return check


def strip(value: Any) -> Any:
    """A filter for fields in which outer spaces mean nothing."""
    return value.strip() if isinstance(value, str) else value


def typed_text(field: str, most: int) -> str:
    """What the form that was sent holds in this field, cleaned. Raises TextTooLong for more than `most` characters."""
    text = clean_text(request.form.get(field))
    if len(text) > most:
        raise TextTooLong(
            translatable(
                "A text of this form is longer than %(most)s characters. Go back, shorten it and send it again.",
                most=most,
            )
        )
    return text


class FileForm(Form):
    """A file."""

    file = FileField()


class UploadForm(FileForm):
    """A sound, and its text."""

    text = TextAreaField(filters=[clean_text])


def parse_number(text: str | None) -> int | None:
    """A number that a field or its name holds: ASCII digits, nine at most; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
