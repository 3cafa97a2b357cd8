"""The operators' trunks. Whoever adds, changes or removes one has shown the second factor shortly before."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context, get_trunk_services, plan_country
from console.guard import keeps_idle, needs
from console.trunks.forms import CODECS, RemoveForm, TrunkForm, host_impossible, host_private
from console.trunks.labels import CODEC_LABELS, FIELD_LABELS
from records import trunks
from records.endpoint_states import WATCHED, list_endpoint_states
from records.trunks import StoredTrunk, TooManyTrunks, TrunkChanged, TrunkExists, TrunkInUse
from routing.access.permissions import Permission
from routing.numbers import format_number
from routing.plan.parts import make_name
from routing.trunk_states import TrunkState
from routing.trunks import RESERVED_WORDS, Trunk
from translations.message import Message, translatable
from translations.web import gettext

blueprint = Blueprint("trunks", __name__, template_folder="templates", url_prefix="/settings/trunks")
_CHANGED = translatable(
    "Somebody else has changed this trunk while you were here. Look at the fields, write the password again if you "
    "typed one, then save again."
)
_CONFIRM_REMOVAL = translatable("Tick the box, so that it is not removed by mistake.")


@blueprint.get("")
@needs(Permission.MANAGE_TRUNKS)
def list_trunks() -> str:
    return render_template("trunks/list.html", **_states())


@blueprint.get("/refresh")
@keeps_idle
@needs(Permission.MANAGE_TRUNKS)
def refresh() -> str:
    """The parts of the list that refresh themselves."""
    return render_template("trunks/live.html", **_states())


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_TRUNKS, recent_second_factor=True)
def add() -> Response | str | tuple[str, int]:
    form = _prepare(TrunkForm(), None)
    if request.method == "GET":
        return _render_form(form, None)
    taken = {*trunks.list_names_ever(get_context().database), *RESERVED_WORDS}
    name = make_name((form.label.data or "")[:20], taken)
    typed = form.read(name, None)
    if typed and _confirm_hosts(form, typed[0].trunk, None):
        try:
            get_trunk_services().add_trunk(current_actor(), typed[0])
        except TooManyTrunks:
            form.add_error("label", translatable("There are 20 trunks, which is the most: remove one first."))
        except TrunkExists:
            form.add_error("label", translatable("Somebody has just added one of this name: choose another one."))
        else:
            return _redirect_to_test(typed[0])
    return _render_form(form, None, 422)


@blueprint.route("/<name>", methods=["GET", "POST"])
@needs(Permission.MANAGE_TRUNKS, recent_second_factor=True)
def change(name: str) -> Response | str | tuple[str, int]:
    was = _get(name)
    form = _prepare(TrunkForm(), was)
    if request.method == "GET":
        form.fill(was)
        return _render_form(form, was)
    typed = form.read(name, was)
    if not typed or not _confirm_hosts(form, typed[0].trunk, was.trunk):
        return _render_form(form, was, 422)
    now, keeps = typed
    try:
        get_trunk_services().change_trunk(current_actor(), now, keeps_password=keeps)
    except TrunkChanged:
        now_stored = _get(name)
        form.seen.data = now_stored.revision
        return _render_form(form, now_stored, 409, _CHANGED)
    if form.is_first.data:
        get_trunk_services().put_first(current_actor(), name)
    return _redirect_to_test(now)


@blueprint.route("/<name>/remove", methods=["GET", "POST"])
@needs(Permission.MANAGE_TRUNKS, recent_second_factor=True)
def remove(name: str) -> Response | str | tuple[str, int]:
    chosen, form = _get(name), RemoveForm()
    if request.method == "POST" and form.confirmed.data:
        try:
            get_trunk_services().remove_trunk(current_actor(), name)
        except TrunkInUse:
            return _render_removal(chosen, form, 409)
        flash(gettext("%(trunk)s is removed, and its password deleted.", trunk=chosen.label))
        return redirect(url_for("trunks.list_trunks"), 303)
    if request.method == "POST":
        form.add_error("confirmed", _CONFIRM_REMOVAL)
    return _render_removal(chosen, form, 422 if request.method == "POST" else 200)


@blueprint.post("/<name>/test")
@needs(Permission.MANAGE_TRUNKS)
def start_test(name: str) -> Response:
    """A test in the background; with the field `call` a call that the operator may charge."""
    chosen = _get(name)
    get_trunk_services().start_test(current_actor(), chosen.name, with_call="call" in request.form)
    return redirect(url_for("trunks.show_test", name=name), 303)


@blueprint.get("/<name>/test")
@needs(Permission.MANAGE_TRUNKS)
def show_test(name: str) -> str:
    chosen = _get(name)
    return render_template("trunks/test.html", stored=chosen, test=get_trunk_services().find_test(name))


@blueprint.get("/<name>/test/refresh")
@keeps_idle
@needs(Permission.MANAGE_TRUNKS)
def refresh_test(name: str) -> str:
    """The part of the test's page that refreshes itself."""
    return render_template("trunks/test_live.html", stored=_get(name), test=get_trunk_services().find_test(name))


def _get(name: str) -> StoredTrunk:
    found = next((one for one in get_trunk_services().list_trunks() if one.name == name), None)
    if found is None:
        abort(404)
    return found


def _states() -> Mapping[str, object]:
    states = list_endpoint_states(get_context().database, at=get_context().clock())
    rows = []
    for stored in get_trunk_services().list_trunks():
        known = states.get(stored.name)
        contact, registration = (known.contact, known.registration) if known else ("", "")
        rows.append(TrunkState(stored.name, stored.label, stored.trunk, registration, contact, stored.is_locked))
    return {"states": rows, "numbers": _format_numbers, "is_watched": WATCHED in states}


def _format_numbers(trunk: Trunk) -> str:
    numbers = trunk.caller_ids or get_trunk_services().list_presentable_numbers()
    return ", ".join(format_number(number, plan_country()) for number in numbers)


def _prepare(form: TrunkForm, was: StoredTrunk | None) -> TrunkForm:
    numbers = [*get_trunk_services().list_presentable_numbers(), *(was.trunk.caller_ids if was else ())]
    codecs = {",".join(was.trunk.codecs) if was else CODECS[0]: None} | dict.fromkeys(CODECS)
    form.set_choices(
        ((number, format_number(number, plan_country())) for number in dict.fromkeys(numbers)),
        ((codec, str(CODEC_LABELS.get(codec, codec))) for codec in codecs),
    )
    return form


def _confirm_hosts(form: TrunkForm, trunk: Trunk, was: Trunk | None) -> bool:
    """Whether its addresses can be an operator's, and private ones are meant; those that stand are not asked."""
    services = get_trunk_services()
    if was and (was.address, was.networks) == (trunk.address, trunk.networks):
        return True
    if impossible := services.find_impossible_hosts(trunk):
        form.add_error("address" if trunk.address in impossible else "networks", host_impossible(impossible))
        return False
    private = services.find_private_hosts(trunk)
    if private and not form.is_private_meant.data:
        form.asks_private = True
        form.add_error("address" if trunk.address in private else "networks", host_private(private))
        return False
    return True


def _render_form(
    form: TrunkForm, was: StoredTrunk | None, status: int = 200, refusal: Message | None = None
) -> tuple[str, int]:
    listed = get_trunk_services().list_trunks()
    first = listed[0] if listed else None
    page = render_template(
        "trunks/edit.html",
        form=form,
        stored=was,
        refusal=refusal,
        first=first,
        field_labels=FIELD_LABELS,
        codec_labels=CODEC_LABELS,
        asks_private=form.asks_private or form.is_private_meant.data,
    )
    return page, status


def _render_removal(chosen: StoredTrunk, form: RemoveForm, status: int) -> tuple[str, int]:
    use = get_trunk_services().find_use(chosen.name)
    return render_template("trunks/remove.html", stored=chosen, use=use, form=form), status


def _redirect_to_test(stored: StoredTrunk) -> Response:
    """After a change one sees at once whether the operator answers."""
    flash(gettext("%(trunk)s: saved.", trunk=stored.label))
    get_trunk_services().start_test(current_actor(), stored.name, with_call=False)
    return redirect(url_for("trunks.show_test", name=stored.name), 303)
