"""The plan: how calls are treated, in sentences; what would happen to a call; every version there was."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import plan_call, plan_sentences
from console.door import door, viewer
from console.guard import needs
from console.language import language
from console.message import wav
from console.plan_now import in_force, lines, plan_desk, read
from console.words import word
from prompts import preview
from prompts.audio import AudioFailure
from prompts.voice import VoiceError
from records import plans
from records.plans import PlanChanged, PlanVersion
from routing.numbers import displayed
from routing.permissions import Right
from routing.plan import Number, Plan
from routing.plan_text import PlanError
from routing.sentences import menu_keys

blueprint = Blueprint("plan", __name__, url_prefix="/plan")
PAGE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference: `sign` is "+", "-", " ", or "@" between two places."""

    sign: str
    text: str


@blueprint.get("")
@needs(Right.SEE_PLAN)
def seen() -> str:
    version = in_force()
    plan = read(version.text)
    today = door().clock().astimezone(plan.timezone).date()
    return render_template(
        "plan/plan.html",
        version=version,
        plan=plan,
        say=plan_sentences,
        today=today,
        asked=plan_call.asked(plan, {}),
        may_change=viewer().may(Right.CHANGE_PLAN),
        number_text=lambda number: displayed(number, plan.country),
        spoken=plan_call.texts(plan),
        menu_keys=menu_keys,
    )


@blueprint.get("/call")
@needs(Right.SEE_PLAN)
def call() -> str:
    plan = read(in_force().text)
    asked = plan_call.asked(plan, request.args)
    return render_template(
        "plan/call.html", plan=plan, story=plan_call.story(plan, asked, language()), **call_parts(plan, asked)
    )


@blueprint.get("/call/heard.wav")
@needs(Right.SEE_PLAN)
def heard() -> Response:
    """What a caller hears until he presses a key, under the plan in force."""
    plan = read(in_force().text)
    asked = plan_call.asked(plan, request.args)
    try:
        return sound(joined(plan, asked.number, plan_call.story(plan, asked, language()).foreseen.prompts))
    except (VoiceError, AudioFailure):
        abort(503)


@blueprint.get("/sound/<name>.wav")
@needs(Right.CHANGE_PLAN)
def sound(name: str) -> Response:
    """A preview that was made a moment ago."""
    file = preview.heard(plan_desk().previews, name)
    return wav(file) if file else abort(404)


@blueprint.get("/history")
@needs(Right.SEE_PLAN)
def history() -> str:
    before = request.args.get("before", type=int)
    versions = plans.history(door().base, before=before, limit=PAGE + 1)
    older = versions[PAGE - 1].version if len(versions) > PAGE else None
    return render_template(
        "plan/history.html",
        versions=versions[:PAGE],
        older=older,
        current=in_force().version,
        may_change=viewer().may(Right.CHANGE_PLAN),
    )


@blueprint.get("/version/<int:number>")
@needs(Right.SEE_PLAN)
def version(number: int) -> str:
    found = plans.version(door().base, number)
    before = next(iter(plans.history(door().base, before=number, limit=1)), None)
    return render_template(
        "plan/version.html",
        version=found,
        before=before,
        difference=difference(before.text if before else "", found.text),
        current=in_force().version,
        may_change=viewer().may(Right.CHANGE_PLAN),
    )


@blueprint.post("/version/<int:number>/back")
@needs(Right.CHANGE_PLAN)
def put_back(number: int) -> Response:
    """In force again, as a new version; `seen`: the one that was in force on the page that asks for it."""
    found = plans.version(door().base, number)
    try:
        new = publish(found.text, request.form.get("seen", 0, type=int))
        flash(word("plan-put-back-done", language(), number=number, version=new.version))
        return redirect(url_for("plan.seen"), 303)
    except PlanError:
        flash(word("plan-put-back-unreadable", language(), number=number))
    except PlanChanged as error:
        flash(word("plan-changed", language(), name=error.by_now.author, version=error.by_now.version))
    except (VoiceError, AudioFailure) as error:
        flash(word("plan-voice", language(), reason=error))
    return redirect(url_for("plan.history"), 303)


def publish(text: str, seen: int) -> PlanVersion:
    return plan_desk().publish(viewer(), lines(text), seen)


def joined(plan: Plan, number: Number, prompts: tuple[str, ...]) -> str:
    """The name of a sound: these prompts in the number's language. Raises VoiceError, AudioFailure."""
    desk = plan_desk()
    return preview.joined(desk.sounds, desk.previews, prompts, plan_call.texts(plan), number.language, desk.voice)


def call_parts(plan: Plan, asked: plan_call.Asked) -> Mapping[str, object]:
    """What the form of a call needs."""
    return {"asked": asked, "at": asked.form(plan), "number_text": lambda number: displayed(number, plan.country)}


def difference(before: str, after: str) -> tuple[Line, ...]:
    """What differs, with two lines around it."""
    return tuple(_difference(lines(before).splitlines(), lines(after).splitlines()))


def _difference(before: list[str], after: list[str]) -> Iterator[Line]:
    told = difflib.unified_diff(before, after, n=2, lineterm="")
    for place, line in enumerate(told):
        if place > 1:  # after the names of the files
            yield Line(line[0], "" if line[0] == "@" else line[1:])
