"""The people who answer calls: listed, added, changed, removed. Their telephones are in console/phones."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.agents.forms import RANK_LABELS, AgentForm, fingerprint
from console.context import current_actor, get_context
from console.guard import needs
from console.pause_reasons import pause_reason_text
from console.plan.current_plan import get_plan_in_force
from console.reception_state import list_current_presences
from records.errors import ChangedMeanwhile, NotFound
from records.staff import agent_administration, agents
from records.staff.agent_administration import NameTaken
from records.staff.agents import Agent, NoFreeAccount
from records.staff.pauses import KEPT, list_pauses
from records.staff.presence import PresenceState
from routing.access.permissions import Permission
from routing.languages import LANGUAGE_NAMES
from routing.numbers import format_number
from routing.plan.model import Plan
from routing.queue.outside_numbers import OutsideNumbers
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

blueprint = Blueprint("agents", __name__, template_folder="templates", url_prefix="/agents")

SHOWN_PAUSES = 20

STATES = {
    PresenceState.READY: translatable("Takes calls"),
    PresenceState.PAUSED: translatable("On a break"),
    PresenceState.OUT: translatable("Logged out"),
}
_NAME_TAKEN = translatable("Another agent has this name; give both a longer one.")
_NO_ACCOUNT = translatable(
    "Every telephone account of this installation is in use. Remove an agent who has left, or ask who runs the server"
    " to raise the setting `phones`."
)
_CHANGED = translatable(
    "Somebody else has changed this agent while you were here. Look at the fields, then save again."
)


@blueprint.get("")
@needs(Permission.MANAGE_AGENTS)
def list_agents() -> str:
    plan, database = get_plan_in_force().plan, get_context().database
    accounts = agents.list_sip_accounts(database)
    return render_template(
        "agents/list.html",
        agents=list_current_presences(),
        states=STATES,
        free=sum(account.agent is None for account in accounts),
        number_text=lambda number: format_number(number, plan.country),
        languages=_language_labels(plan),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_AGENTS)
def add() -> Response | str | tuple[str, int]:
    plan = get_plan_in_force().plan
    form = _make_form(plan, rank="1", speaks=plan.languages, language=plan.languages[0])
    if not form.is_submitted():
        return _render(form, plan, 200)
    form.validate()
    new = form.read(OutsideNumbers.of(plan), plan.languages, "")
    if new is None:
        return _render(form, plan, 422)
    try:
        added = agent_administration.add_agent(get_context().database, current_actor(), new, at=get_context().clock())
    except NameTaken:
        form.add_error("name", _NAME_TAKEN)
    except NoFreeAccount:
        return _render(form, plan, 422, refusal=_NO_ACCOUNT)
    else:
        _apply_accounts()
        flash(gettext("%(name)s is an agent now, at the desk %(desk)s.", name=added.name, desk=added.desk))
        return redirect(_next_page(added), 303)
    return _render(form, plan, 422)


@blueprint.route("/<int:agent_id>", methods=["GET", "POST"])
@needs(Permission.MANAGE_AGENTS)
def edit(agent_id: int) -> Response | str | tuple[str, int]:
    plan, agent = get_plan_in_force().plan, _get_agent(agent_id)
    shown = format_number(agent.outside_number, plan.country) if agent.outside_number else ""
    filled: dict[str, object] = {
        "name": agent.name,
        "rank": str(agent.rank),
        "outside": shown,
        "browser": agent.in_browser,
    }
    filled |= {"seen": fingerprint(agent), "speaks": agent.speaks, "language": agent.language}
    form = _make_form(plan, agent, **filled)
    if not form.is_submitted():
        return _render(form, plan, 200, agent)
    form.validate()
    languages = _known_languages(plan, agent)
    new = form.read(OutsideNumbers.of(plan), languages, shown)
    if new is not None and form.seen.data != fingerprint(agent):
        form.seen.data = fingerprint(agent)
        return _render(form, plan, 409, agent, _CHANGED)
    if new is None:
        return _render(form, plan, 422, agent)
    if form.outside.data == shown and shown:
        new = replace(new, outside_number=agent.outside_number)
    try:
        agent_administration.change_agent(
            get_context().database, current_actor(), agent_id, new, at=get_context().clock(), seen=agent
        )
    except ChangedMeanwhile:  # in this very moment
        form.seen.data = fingerprint(_get_agent(agent_id))
        return _render(form, plan, 409, agent, _CHANGED)
    except NameTaken:
        form.add_error("name", _NAME_TAKEN)
        return _render(form, plan, 422, agent)
    flash(gettext("%(name)s: saved.", name=new.name))
    return redirect(url_for("agents.list_agents"), 303)


@blueprint.post("/<int:agent_id>/remove")
@needs(Permission.MANAGE_AGENTS)
def remove(agent_id: int) -> Response:
    agent = _get_agent(agent_id)
    agent_administration.remove_agent(get_context().database, current_actor(), agent_id, at=get_context().clock())
    _apply_accounts()
    flash(
        gettext(
            "%(name)s is no longer an agent. The telephone of the desk %(desk)s no longer works: switch it off.",
            name=agent.name,
            desk=agent.desk,
        )
    )
    return redirect(url_for("agents.list_agents"), 303)


def _get_agent(agent_id: int) -> Agent:
    found = next((each for each in agents.list_agents(get_context().database) if each.id == agent_id), None)
    if found is None:
        raise NotFound(f"There is no agent {agent_id}.")
    return found


def _apply_accounts() -> None:
    if services := get_context().phone_services:
        services.apply()


def _has_browsers() -> bool:
    services = get_context().phone_services
    return services is not None and services.has_browsers


def _next_page(added: Agent) -> str:
    """A new agent needs a telephone: its page, unless calls reach them outside."""
    if added.outside_number or added.in_browser:
        return url_for("agents.list_agents")
    return url_for("agents_phones.show", agent_id=added.id)


def _known_languages(plan: Plan, agent: Agent | None) -> tuple[str, ...]:
    """The languages of the organisation, and those that the agent speaks already."""
    spoken = agent.speaks if agent else ()
    return tuple(dict.fromkeys((*plan.languages, *(code for code in spoken if code in LANGUAGE_NAMES))))


def _language_labels(plan: Plan) -> dict[str, str]:
    return {code: translate(name) for code, name in LANGUAGE_NAMES.items()}


def _make_form(plan: Plan, agent: Agent | None = None, **filled: object) -> AgentForm:
    form, labels = AgentForm(**filled), _language_labels(plan)
    form.set_choices(
        ranks=[(str(rank), translate(label)) for rank, label in RANK_LABELS.items()],
        languages=[(code, labels[code]) for code in _known_languages(plan, agent)],
    )
    return form


def _render(
    form: AgentForm, plan: Plan, status: int, agent: Agent | None = None, refusal: Message | None = None
) -> tuple[str, int]:
    page = render_template(
        "agents/edit.html",
        form=form,
        agent=agent,
        refusal=refusal,
        asks_languages=len(_known_languages(plan, agent)) > 1,
        has_browsers=_has_browsers(),
        pauses=list_pauses(get_context().database, agent.id, SHOWN_PAUSES) if agent else (),
        pauses_kept=KEPT.days,
        pause_reason_text=pause_reason_text,
        path=request.path,
    )
    return page, status
