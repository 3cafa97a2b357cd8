"""Forms: their errors are words of console/words.py, shown beside the field and together at the top."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import DataRequired, ValidationError


class Form(FlaskForm):
    """A form whose token CSRFProtect has checked already, for every POST (console/app.py)."""

    class Meta(FlaskForm.Meta):
        csrf = False

    def refuse(self, field: str, error: str) -> None:
        """Says what is wrong with the field, by its name in the words."""
        self[field].errors = (*self[field].errors, error)

    @property
    def wrong(self) -> Mapping[str, str]:
        """The first error of each field that has one."""
        return {name: errors[0] for name, errors in self.errors.items() if name and errors}


def required(error: str) -> DataRequired:
    return DataRequired(message=error)


def fit(problem: Callable[[str], str]) -> Callable[[Form, Field], None]:
    """A validator that says what the rule says."""

    def check(_form: Form, field: Field) -> None:
        if wrong := problem(field.data or ""):
            raise ValidationError(wrong)

    return check


def stripped(value: Any) -> Any:
    """For fields in which blanks around the text mean nothing."""
    return value.strip() if isinstance(value, str) else value
