"""Forms that change the plan: shown, filled in, refused at their fields or reviewed; parts are added and removed."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import abort, render_template, request

from console.context import get_context
from console.forms import clean_text, parse_number
from console.plan import labels, review
from console.plan.current_plan import get_current_version, normalize_newlines
from console.plan.edited_form import Editing, FormState, attach_problems, sort_errors
from console.plan.form_rows import apply_row_button, fields_from_rows, rows_from_fields
from console.plan.forms import ROW_BUTTONS, Entries, FieldErrors, Fields, PlanForm
from console.plan.part_titles import (
    KINDS,
    check_title,
    describe_place,
    editor_url,
    list_titles,
    title_text,
    with_title,
)
from console.plan.review import PageResponse
from records.plan import plan_versions
from records.plan.plan_versions import PlanVersion
from records.plan.reader import parse_version
from routing.plan.editing import plain_value, replace_value
from routing.plan.errors import PlanEditError, PlanError
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan, parse_tree
from routing.plan.part_kinds import PartKind
from routing.plan.parts import (
    PartInUseError,
    PartUse,
    add_part,
    list_parts,
    make_name,
    remove_part,
    rename_part,
    replace_part,
)
from routing.plan.value_text import PlainValue
from translations.web import gettext
from web.language import current_language, translate

REMOVE = "remove-part"
"""The button that removes the part of the form."""

MakePartForm = Callable[[str, Entries, Plan], PlanForm]
"""Makes the form of a part from its name, its entries and the plan."""

Prepare = Callable[[str, Plan], str]
"""Writes what a plan has by default into its text, so that a form can change it."""


def _as_it_is(text: str, plan: Plan) -> str:
    return text


def edit_settings(make: Callable[[Entries, Plan], PlanForm]) -> PageResponse:
    """The page of a form for settings, which belong to no part."""
    sent, version = _read_request()
    text = normalize_newlines(version.text)
    plan, old = parse_version(version).plan, plain_value(parse_tree(text))
    entries = old if isinstance(old, Mapping) else {}
    return _answer(Editing(make(entries, plan), version, text, text, plan, entries), sent)


def edit_part(kind: PartKind, name: str, make: MakePartForm, prepare: Prepare = _as_it_is) -> PageResponse:
    """The page of a form for a part; 404 when the plan has none of this name."""
    sent, version = _read_request()
    text = prepare(normalize_newlines(version.text), parse_version(version).plan)
    plan, old = parse_plan(text), list_parts(plain_value(parse_tree(text)), kind).get(name)
    entries = old if isinstance(old, Mapping) else {} if old is None and _exists(text, kind, name) else abort(404)
    return _answer(Editing(make(name, entries, plan), version, text, text, plan, entries, kind, name, name), sent)


def add_new_part(
    kind: PartKind,
    make: MakePartForm,
    template: Callable[[Plan], Mapping[str, PlainValue]],
    *,
    name: str = "",
    prepare: Prepare = _as_it_is,
) -> PageResponse:
    """The page of a form for a part that does not exist yet; `template` is what it shows first.

    `name` is that of the part until the form gives it one.
    """
    sent, version = _read_request()
    before = prepare(normalize_newlines(version.text), parse_version(version).plan)
    entries = template(parse_version(version).plan)
    name = name or make_name("", list_parts(plain_value(parse_tree(before)), kind))
    text = add_part(before, kind, name, entries)
    plan = parse_plan(text)
    editing = Editing(make(name, entries, plan), version, before, text, plan, entries, kind, name, name, is_new=True)
    return _answer(editing, sent)


def _read_request() -> tuple[Mapping[str, str], PlanVersion]:
    """The fields that were sent, none for an empty form, and the version on which the change is based."""
    sent = review.typed_fields() if request.form.get("do") == review.GO_BACK else request.form
    return sent, base_version(sent) if sent else get_current_version()


def base_version(fields: Mapping[str, str]) -> PlanVersion:
    """The version on which the change is based."""
    return plan_versions.get_plan_version(get_context().database, parse_number(fields.get("base")) or 0)


def _exists(text: str, kind: PartKind, name: str) -> bool:
    return name in list_parts(plain_value(parse_tree(text)), kind)


def _answer(editing: Editing, sent: Mapping[str, str]) -> PageResponse:
    do, form = request.form.get("do", ""), editing.form
    if not sent:
        values = form.to_fields(editing.old, editing.plan)
        if editing.has_title:
            values = {"title": editing.shown_title, **values}
        return _render(editing, FormState(values))
    state = FormState({name: normalize_newlines(value) for name, value in sent.items()})
    if do == review.GO_BACK:
        return _render(editing, state)
    if do == REMOVE:
        return _remove(editing, state)
    if do.partition(":")[0] in ROW_BUTTONS:
        rows = rows_from_fields(state.values, form.row_fields)
        state.focus = apply_row_button(rows, do, form.row_fields)
        kept = {n: v for n, v in state.values.items() if n.partition("-")[0] not in form.row_fields}
        state.values = {**kept, **fields_from_rows(rows)}
        return _render(editing, state)
    if changed := form.apply_button(do, state.values):
        state.values, state.focus = changed
        return _render(editing, state)
    return _change(editing, state)


def _change(editing: Editing, state: FormState) -> PageResponse:
    changed = write_change(editing, state)
    if changed is None:
        return _render(editing, state), 422
    return review.review_change(changed, editing.version, review.form_origin(state.values))


def write_change(editing: Editing, state: FormState) -> str | None:
    """The text of the plan with what was typed; None when something is wrong, and all of it is then in the state."""
    named, changed = editing, None
    try:
        value = _read_fields(editing, state)
        named, changed = _write(editing, state.values, value)
        parse_plan(changed)
    except FieldErrors as error:
        state.errors |= error.reasons
    except PlanEditError as error:
        state.other_errors.append(error.message)
    except PlanError as error:
        attach_problems(error, named, state)
    sort_errors(state)
    return None if state.errors or state.other_errors else changed


def _read_fields(editing: Editing, state: FormState) -> PlainValue:
    """The entries of the fields; the form's own mistakes are added to the state, so that the validator's join them.

    Raises FieldErrors with mistakes that leave the validator nothing to look at.
    """
    form, kind, title = editing.form, editing.kind, clean_text(state.values.get("title"))
    if kind and editing.has_title:
        try:
            check_title(editing.plan, kind, editing.name, title)
        except FieldErrors as error:
            state.errors |= error.reasons
    try:
        value = form.to_plan(state.values, editing.old)
    except FieldErrors as error:
        if error.entries is None:
            raise
        state.errors |= error.reasons
        value = error.entries
    return with_title(value, title, editing.shown_title, current_language()) if editing.has_title else value


def _write(editing: Editing, fields: Fields, value: PlainValue) -> tuple[Editing, str]:
    """What is edited, with its name of now, and the text with this value."""
    form, kind = editing.form, editing.kind
    if kind is None:
        return editing, replace_value(editing.text, form.plan_path, value)
    name = _chosen_name(editing, fields)
    if editing.is_new:
        entries = value if isinstance(value, Mapping) else {}
        return replace(editing, name=name), add_part(editing.before, kind, name, entries)
    text = replace_part(editing.text, kind, editing.name, value)
    return replace(editing, name=name), rename_part(text, kind, editing.name, name) if name != editing.name else text


def _chosen_name(editing: Editing, fields: Fields) -> str:
    """The name of a part: the one it has, or for a new one that which follows from its title; a number's own."""
    if chosen := editing.form.chosen_name(fields):
        return chosen
    if not editing.is_new or editing.kind is None:
        return editing.name
    return make_name(fields.get("title", ""), list_parts(plain_value(parse_tree(editing.before)), editing.kind))


def _remove(editing: Editing, state: FormState) -> PageResponse:
    if editing.kind is None or editing.is_new:
        abort(404)
    try:
        changed = remove_part(editing.text, editing.kind, editing.name)
        parse_plan(changed)
    except PartInUseError as error:
        users = [_describe_user(editing.plan, user) for user in error.users]
        name = editing.shown_title
        return render_template("plan/in_use.html", name=name, users=users, back=request.path), 409
    except PlanError as error:
        attach_problems(error, editing, state, has_fields=False)
        state.other_errors.insert(0, gettext("It cannot be removed:"))
        return _render(editing, state), 422
    except PlanEditError as error:
        state.other_errors.append(error.message)
        return _render(editing, state), 422
    return review.review_change(changed, editing.version, review.form_origin(state.values))


def _describe_user(plan: Plan, user: PartUse) -> dict[str, str]:
    """What refers to a part, in words, and the page of its form."""
    path = ".".join(user.path) if user.kind not in (PartKind.CENTRE, PartKind.SITE) else ""
    title = title_text(plan, user.kind, user.name)
    words = gettext("%(kind)s “%(name)s”", kind=translate(KINDS[user.kind]), name=title)
    return {"text": describe_place(plan, path) or words, "url": editor_url(user.kind, user.name)}


def _render(editing: Editing, state: FormState) -> str:
    form = editing.form
    return render_template(
        form.template,
        part_form=form,
        part_kind=editing.kind,
        part_title=editing.shown_title,
        has_title=editing.has_title,
        is_new=editing.is_new,
        label=lambda name: gettext("Name") if name == "title" else form.field_label(name),
        form_state=state,
        version=editing.version,
        plan=editing.plan,
        rows=rows_from_fields(state.values, form.row_fields) if form.row_fields else [],
        labels=labels,
        chosen_labels=lambda of, names: [(name, of[name]) for name in names],
        titles={kind.value: list_titles(editing.plan, kind) for kind in PartKind},
        **form.page_context(editing.plan, state.values),
    )
