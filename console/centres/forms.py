"""The form for what an overflow centre says became of its calls."""

from flask_wtf.file import FileField

from console.forms import Form


class OutcomesForm(Form):
    """The file; the page has a FileForm for the invoice too, so this field has another name."""

    outcomes = FileField()
