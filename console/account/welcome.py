"""The link of an invitation or for a forgotten password: the user, or the first administrator, chooses a password.

Opening the page changes nothing, because mail scanners open links too; the form uses the link up.
"""

from flask import Blueprint, render_template
from flask import session as cookie
from werkzeug.wrappers import Response

from console.account.forms import FirstAdministratorForm, InvitationForm
from console.context import get_context
from console.first_steps.steps import StepName
from console.guard import public, sign_in
from console.returning import STEP_KEY
from console.user_texts import USER_PROBLEMS
from records.users import invitations
from records.users.invitations import PASSWORD, Invitation
from records.users.invitees import EmailTaken, Invitee
from records.users.passwords import MIN_LENGTH, PasswordRejected
from routing.access.permissions import Role
from web.language import current_language
from web.login import PASSWORD_PROBLEMS

blueprint = Blueprint("welcome", __name__)


@blueprint.route("/welcome/<secret>", methods=["GET", "POST"])
@public
def accept_invitation(secret: str) -> Response | str | tuple[str, int]:
    invitation = invitations.get_invitation(get_context().database, secret, at=get_context().clock())
    form = InvitationForm() if invitation.user else FirstAdministratorForm()
    if not form.validate_on_submit():
        return _render(form, invitation), 422 if form.is_submitted() else 200
    try:
        return _begin(_accept(secret, form), is_first=isinstance(form, FirstAdministratorForm))
    except PasswordRejected as error:
        form.add_error("new", PASSWORD_PROBLEMS[error.reason])
    except EmailTaken:
        form.add_error("email", USER_PROBLEMS["email:taken"])
    return _render(form, invitation), 422


def _begin(secret: str, *, is_first: bool) -> Response:
    """Signs in; the first administrator is led to the first steps, once a second factor is set up."""
    answer = sign_in(secret)
    if is_first:
        cookie[STEP_KEY] = StepName.ORGANISATION
    return answer


def _accept(secret: str, form: InvitationForm) -> str:
    now = get_context().clock()
    if not isinstance(form, FirstAdministratorForm):
        return invitations.accept_invitation(get_context().database, secret, form.new.data, at=now)
    invitee = Invitee(form.name.data, form.email.data, Role.ADMINISTRATOR, current_language())
    return invitations.accept_first_invitation(get_context().database, secret, invitee, form.new.data, at=now)


def _render(form: InvitationForm, invitation: Invitation) -> str:
    return render_template(
        "account/welcome.html",
        form=form,
        user=invitation.user,
        shortest=MIN_LENGTH,
        is_forgotten=invitation.purpose == PASSWORD,
    )
