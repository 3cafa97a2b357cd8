"""Staff by telephone: their PIN for the staff line, and the number to dial."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console.account.forms import CURRENT_PASSWORD_WRONG, PIN_PROBLEMS, PinForm, too_many_attempts
from console.context import current_actor, current_session, find_plan, get_context
from console.guard import needs
from dialplan.names import DESK_PHONE_CODES
from records.users import phone_pins, profile
from records.users.login import LoginRejected
from records.users.login_attempts import TooManyLoginAttempts
from records.users.phone_pins import PinRejected
from routing.access.permissions import Permission
from routing.access.pins import MAX_PIN_LENGTH, MIN_PIN_LENGTH
from routing.numbers import format_number
from translations.web import gettext

blueprint = Blueprint("phone", __name__)


@blueprint.route("/own/phone", methods=["GET", "POST"])
@needs(Permission.PUBLISH_MESSAGES)
def choose_pin() -> Response | str | tuple[str, int]:
    """Sets the PIN, with the password: a page left open is not enough."""
    form = PinForm()
    if not form.validate_on_submit():
        return _render(form), 422 if form.is_submitted() else 200
    at, user = get_context().clock(), current_session().user
    try:
        profile.confirm_password(get_context().database, current_session(), form.password.data, at=at)
        phone_pins.set_pin(get_context().database, current_actor(), user.id, form.pin.data.strip(), at=at)
    except LoginRejected:
        form.add_error("password", CURRENT_PASSWORD_WRONG)
    except PinRejected as error:
        form.add_error("pin", PIN_PROBLEMS[error.problem])
    except TooManyLoginAttempts as error:
        return _render(form, refusal=too_many_attempts(error)), 429
    else:
        flash(gettext("Your PIN is chosen."))
        return redirect(url_for("phone.choose_pin"), 303)
    return _render(form), 422


def _render(form: PinForm, **extra_context: object) -> str:
    user, plan = current_session().user, find_plan()
    outside = format_number(plan.staff_line, plan.country) if plan and plan.staff_line else None
    return render_template(
        "account/phone.html",
        form=form,
        user=user,
        pin=phone_pins.get_pin_state(get_context().database, current_actor(), user.id),
        code=next(code for code, context in DESK_PHONE_CODES.items() if context == "staff-line"),
        outside=outside,
        shortest=MIN_PIN_LENGTH,
        longest=MAX_PIN_LENGTH,
        **extra_context,
    )
