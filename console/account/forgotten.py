"""A forgotten password: whoever has the address gets a mail with a link; the page says the same to everybody."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console.account.forms import ForgottenPasswordForm, too_many_requests
from console.context import get_context
from console.guard import public
from records import mail_queue
from records.secrets import hash_secret
from records.users import login_attempts
from records.users.login_attempts import TooManyLoginAttempts
from web.access import client_address

blueprint = Blueprint("forgotten", __name__)


@blueprint.route("/login/forgotten", methods=["GET", "POST"])
@public
def ask() -> Response | str | tuple[str, int]:
    """Takes an address. What follows is the same, and takes as long, whether somebody has it or not."""
    form = ForgottenPasswordForm()
    if not get_context().sends_mail:
        return render_template("account/forgotten.html", form=None)
    if not form.validate_on_submit():
        return render_template("account/forgotten.html", form=form), 422 if form.is_submitted() else 200
    now = get_context().clock()
    try:
        source = login_attempts.source_of_forgotten_password(client_address())
        login_attempts.begin_attempt(get_context().database, source, at=now)
    except TooManyLoginAttempts as error:
        return render_template("account/forgotten.html", form=form, refusal=too_many_requests(error)), 429
    mail_queue.queue_forgotten_password(get_context().database, hash_secret(form.email.data.lower()), at=now)
    return redirect(url_for("forgotten.answer"), 303)


@blueprint.get("/login/forgotten/sent")
@public
def answer() -> str:
    return render_template("account/forgotten_sent.html")
