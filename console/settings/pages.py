"""The overview of the settings: one card for each of their pages that the user may see (console/sections.py)."""

from flask import Blueprint, render_template

from console.guard import signed_in
from translations.message import translatable

blueprint = Blueprint("settings", __name__, template_folder="templates", url_prefix="/settings")


_ELSEWHERE = {
    "plan": translatable(
        "Opening hours, menus, how calls reach the team, how long voicemails and other data are kept."
    ),
    "team": translatable("Who answers and on which telephone, who may sign in and with which rights."),
}
"""What people look for among the settings and find in another section, by its icon."""


@blueprint.get("")
@signed_in
def show() -> str:
    return render_template("settings/show.html", elsewhere=_ELSEWHERE)
