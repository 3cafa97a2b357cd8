"""What one does by telephone: the PIN of the staff line, and the number to dial."""

from math import ceil

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import PasswordField

from console.door import address, door, session, viewer
from console.forms import Form, required
from console.guard import needs, signed_in
from console.slots import asked_slot
from console.words import word
from dialplan.names import DESK_CODES
from records import accounts, desk_rings, own_account, phone_pins
from records.desk_rings import NoTelephone
from records.login_tries import TooManyTries
from records.logins import LoginRefused
from records.phone_pins import PinRefused
from routing.numbers import displayed
from routing.permissions import Right
from routing.pins import LONGEST, SHORTEST

blueprint = Blueprint("phone", __name__)


class PinForm(Form):
    password = PasswordField(validators=[required("password:missing")])
    pin = PasswordField(validators=[required("pin:missing")])


@blueprint.route("/own/phone", methods=["GET", "POST"])
@signed_in
def pin() -> Response | str | tuple[str, int]:
    """Chooses one, with the password: whoever finds the page open changes nothing."""
    form = PinForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    at, account = door().clock(), session().account
    try:
        own_account.confirm(door().base, session(), form.password.data, address=address(), at=at)
        phone_pins.choose(door().base, viewer(), account.id, form.pin.data.strip(), at=at)
    except LoginRefused:
        form.refuse("password", "old:wrong")
    except PinRefused as error:
        form.refuse("pin", f"pin:{error.problem}")
    except TooManyTries as error:
        return _page(form, refusal="too-many", minutes=ceil(error.wait_s / 60)), 429
    else:
        flash(word("pin-chosen", account.language))
        return redirect(url_for("phone.pin"), 303)
    return _page(form), 422


@blueprint.post("/people/<int:account_id>/unlock-pin")
@needs(Right.MANAGE_PEOPLE)
def unlock(account_id: int) -> Response:
    account = accounts.find(door().base, viewer(), account_id)
    phone_pins.unlock(door().base, viewer(), account_id, at=door().clock())
    flash(word("pin-unlocked", session().account.language, name=account.name))
    return redirect(url_for("people.one", account_id=account_id), 303)


@blueprint.post("/message/ring")
@needs(Right.PUBLISH_MESSAGES)
def ring() -> Response:
    """Has one's own telephone rung, to record a message with the PIN."""
    slot, language = asked_slot(), session().account.language
    try:
        desk_rings.ask(door().base, viewer(), slot.name, at=door().clock())
        flash(word("ring-soon", language))
    except NoTelephone:
        flash(word("ring-no-telephone", language))
    return redirect(url_for("message.now", slot=slot.name), 303)


def _page(form: PinForm, **said: object) -> str:
    account, desk = session().account, door().desk
    plan = desk.plan() if desk else None
    outside = displayed(plan.staff_line, plan.country) if plan and plan.staff_line else None
    return render_template(
        "phone.html",
        form=form,
        account=account,
        pin=phone_pins.state(door().base, viewer(), account.id),
        code=next(code for code, context in DESK_CODES.items() if context == "staff-line"),
        outside=outside,
        shortest=SHORTEST,
        longest=LONGEST,
        **said,
    )
