"""The review of a changed plan: what callers will notice, in sentences; heard, corrected or saved."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.plan import call_simulation, pages
from console.plan.comparison.texts import compare_texts
from console.plan.current_plan import get_current_version, normalize_newlines
from console.plan.diff import diff_lines
from console.returning import after_saving
from prompts.audio.rendering import AudioToolError
from prompts.voices.voice import VoiceError
from records.plan.plan_versions import PlanVersion, PlanVersionConflict
from routing.plan.errors import PlanError
from routing.plan.merge import merge_texts
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from translations.web import gettext

PageResponse = Response | str | tuple[str, int]

GO_BACK = "correct"
"""The button that leads from the review back to the form."""
LISTEN = "listen"
"""The button that plays what the simulated call hears."""
_NOT_TYPED = ("csrf_token", "do")
_FORM_PATH = re.compile(r"/plan/[a-z0-9_/+.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FormOrigin:
    """The page on which a change was made: its path, and the JSON of what was typed there."""

    path: str
    typed: str = ""


def form_origin(fields: Mapping[str, str]) -> FormOrigin:
    """The page of the current request, with these fields of it."""
    return FormOrigin(request.path, json.dumps({name: fields[name] for name in fields if name not in _NOT_TYPED}))


def sent_origin() -> FormOrigin:
    """The origin that a review page has sent on; the full text for one that is no page of the plan."""
    path = request.form.get("origin", "")
    if not _FORM_PATH.fullmatch(path):
        return FormOrigin(url_for("plan_edit.text"))
    return FormOrigin(path, request.form.get("typed", ""))


def typed_fields() -> dict[str, str]:
    """What a review page gives back to its form; empty when that is no object of texts."""
    try:
        sent = json.loads(request.form.get("typed", ""))
    except ValueError:
        return {}
    if not isinstance(sent, dict):
        return {}
    return {str(name): value for name, value in sent.items() if isinstance(value, str)}


def review_change(typed: str, base: PlanVersion, origin: FormOrigin, do: str = "") -> PageResponse:
    """The page that shows a change before it is saved. A version that somebody else saved meanwhile is merged in."""
    source, current, notice = normalize_newlines(typed), get_current_version(), ""
    if current.version != base.version:
        notice = gettext(
            "Meanwhile %(name)s has saved version %(version)s.", name=current.author, version=current.version
        )
        caught_up = merge_texts(normalize_newlines(base.text), normalize_newlines(current.text), source)
        if caught_up is None:
            return _render_conflict(source, base, current, notice)
        source, do = caught_up, ""
        notice += " " + gettext("Your changes are applied on top of it below; nothing is lost. Check, then save.")
    try:
        plan = parse_plan(source)
    except PlanError as error:
        return render_text(source, current.version, error, notice), 422
    heard, refused = "", ""
    query = call_simulation.parse_query(plan, request.form)
    description = call_simulation.describe_call(plan, query)
    try:
        if do == "save":
            return _redirect_saved(pages.publish(source, current.version))
        if do == LISTEN:
            heard = pages.join_prompts(plan, query.number.language, description.simulated_call.prompts)
        elif prompt := _find_prompt(plan, do):
            heard = pages.join_prompts(plan, *prompt)
    except PlanVersionConflict:
        return review_change(source, current, origin)
    except (VoiceError, AudioToolError) as error:
        refused = gettext("The synthetic voice could not speak, and nothing is changed: %(reason)s", reason=error)
    context = {
        "text": source,
        "base": current,
        "origin": origin,
        "changes": compare_texts(current.text, source),
        "difference": diff_lines(current.text, source),
        "notice": notice,
        "listening": do if heard else "",
        "heard": heard,
        "refused": refused,
    }
    return render_template(
        "plan/review.html", plan=plan, description=description, **context, **pages.call_form_context(plan, query)
    )


def _find_prompt(plan: Plan, do: str) -> tuple[str, tuple[str]] | None:
    """The language and the prompt that a button asks to hear, such as "hear:fr:greeting-33199000000"."""
    button, _, asked = do.partition(":")
    language, _, key = asked.partition(":")
    texts = call_simulation.prompt_texts(plan).get(key, {}) if button == "hear" else {}
    return (language, (key,)) if language in texts else None


def render_text(source: str, base: int, error: PlanError | None = None, notice: str = "") -> str:
    """The page of the whole text, with what is wrong in it."""
    return render_template(
        "plan/text.html", text=source, base=base, problems=error.problems if error else (), notice=notice
    )


def _redirect_saved(version: PlanVersion) -> Response:
    flash(gettext("Saved: version %(version)s applies from the next call on.", version=version.version))
    return redirect(after_saving(url_for("plan.show")), 303)


def _render_conflict(source: str, base: PlanVersion, current: PlanVersion, notice: str) -> PageResponse:
    """Both changed the same lines: the editor merges them by hand, with both changes in sight."""
    page = render_template(
        "plan/conflict.html",
        text=source,
        base=current,
        notice=notice,
        theirs=diff_lines(base.text, current.text),
        their_changes=compare_texts(base.text, current.text),
        mine=diff_lines(base.text, source),
        my_changes=compare_texts(base.text, source),
    )
    return page, 409
