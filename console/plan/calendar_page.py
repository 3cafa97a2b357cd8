"""The import of a calendar file as a page: upload, a report about every event, answers to questions, the review."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from flask import Blueprint, abort, render_template, request

from console.context import get_context
from console.forms import parse_number
from console.guard import needs
from console.plan import calendar_report, review
from console.plan.current_plan import get_current_version, normalize_newlines
from console.plan.form_editing import base_version
from console.plan.part_titles import title_text
from console.plan.review import PageResponse
from records.plan.plan_versions import PlanVersion
from routing.access.permissions import Permission
from routing.hours.ical import MAX_BYTES, Answers, Doubtful, IcalError
from routing.plan.calendar_import import CalendarImport, import_calendar
from routing.plan.errors import PlanEditError
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from routing.plan.part_kinds import PartKind
from translations.message import Message, translatable

blueprint = Blueprint("plan_calendar", __name__, url_prefix="/plan")

MAX_PACKED = 250_000
"""Characters of a compressed file that a form carries on; a calendar of 1 MB usually needs less."""
ANSWER = "answer-"
_NO_FILE = translatable("Choose a calendar file (.ics).")
_TOO_LONG = translatable("The calendar is too long to be read here; export a shorter period.")


@dataclass(frozen=True, slots=True)
class _Upload:
    """The hours that get the days, the version of the plan that they have, the file, and what was decided."""

    name: str
    version: PlanVersion
    content: bytes
    answers: Answers

    @property
    def plan(self) -> Plan:
        return parse_plan(normalize_newlines(self.version.text))

    def read(self) -> CalendarImport:
        """What the file holds. Raises IcalError, PlanEditError."""
        today = get_context().clock().astimezone(self.plan.timezone).date()
        return import_calendar(normalize_newlines(self.version.text), self.name, self.content, today, self.answers)


@blueprint.route("/hours/<name>/import", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def import_file(name: str) -> PageResponse:
    """The choice of a calendar file, then the report about it, then the review of what it changes."""
    do = request.form.get("do", "")
    sent = review.typed_fields() if do == review.GO_BACK else request.form
    version = base_version(sent) if sent.get("base") else get_current_version()
    upload = _Upload(name, version, b"", _read_answers(sent))
    if name not in upload.plan.hours:
        abort(404)
    if request.method == "GET":
        return _render_choice(upload)
    if "content" in sent:
        return _answer(replace(upload, content=_unpack(sent["content"])), sent, do)
    return _answer(replace(upload, content=_read_file()), sent, do)


def _read_file() -> bytes:
    """The file that was sent, and one byte more than it may have; nothing without one."""
    file = request.files.get("file")
    if file is None:
        return b""
    with closing(file):
        content: bytes = file.read(MAX_BYTES + 1)
        return content


def _answer(upload: _Upload, sent: Mapping[str, str], do: str) -> PageResponse:
    if not upload.content:
        return _render_choice(upload, _NO_FILE), 422
    try:
        found, asked = upload.read(), replace(upload, answers={}).read()
    except (IcalError, PlanEditError) as error:
        return _render_choice(upload, error.message), 422
    if do == "review":
        return review.review_change(found.text, upload.version, review.form_origin(sent))
    packed = _pack(upload.content)
    if len(packed) > MAX_PACKED:
        return _render_choice(upload, _TOO_LONG), 422
    return render_template(
        "plan/calendar_report.html",
        name=upload.name,
        title=title_text(upload.plan, PartKind.CALENDAR, upload.name),
        version=upload.version,
        report=calendar_report.describe_import(found, asked.found),
        answers={f"{ANSWER}{place}": answer for place, answer in upload.answers.items()},
        choices=calendar_report.CHOICES,
        content=packed,
    )


def _render_choice(upload: _Upload, error: Message | None = None) -> str:
    title = title_text(upload.plan, PartKind.CALENDAR, upload.name)
    return render_template("plan/calendar_choice.html", name=upload.name, title=title, error=error)


def _read_answers(sent: Mapping[str, str]) -> dict[int, Doubtful]:
    answers = {}
    for field, value in sent.items():
        place = parse_number(field.removeprefix(ANSWER)) if field.startswith(ANSWER) else None
        if place is not None and value in tuple(Doubtful):
            answers[place] = Doubtful(value)
    return answers


def _pack(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()


def _unpack(packed: str) -> bytes:
    """The file that a form has carried; nothing when it was damaged on its way."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), MAX_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error):
        return b""
