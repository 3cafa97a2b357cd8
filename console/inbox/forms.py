"""The form of the day and the time at which a request is due."""

from wtforms import StringField

from console.forms import Form
from console.message.forms import LocalDateTimeField


class DueForm(Form):
    """When a request is due; `due_pass` says which of two times that clocks show, as LocalDateTimeField asks."""

    due = LocalDateTimeField()
    due_pass = StringField()
