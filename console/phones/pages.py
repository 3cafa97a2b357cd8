"""The telephone of an agent: paired by a QR code or a sheet that is shown once, rung to try it, taken back."""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.context import current_actor, get_context, get_phone_services
from console.guard import keeps_idle, needs, public
from console.phones.labels import GOOD_RINGS, RING_TEXTS, describe_phone
from console.phones.softphones import address_of, is_reachable_address, wave_account
from dialplan.names import PRESENCE_CODES
from records.endpoint_states import list_endpoint_states
from records.staff import phone_pairings, phone_rings
from records.staff.agents import Agent
from routing.access.permissions import Permission
from routing.access.qr import qr_code_data_uri
from translations.web import gettext

blueprint = Blueprint("agents_phones", __name__, template_folder="templates")


@blueprint.get("/agents/<int:agent_id>/phone")
@needs(Permission.MANAGE_AGENTS)
def show(agent_id: int) -> str:
    return render_template("phones/show.html", **_page(_get(agent_id)))


@blueprint.get("/agents/<int:agent_id>/phone/refresh")
@keeps_idle
@needs(Permission.MANAGE_AGENTS)
def refresh(agent_id: int) -> str:
    """The parts of the page that refresh themselves."""
    return render_template("phones/live.html", **_page(_get(agent_id)))


@blueprint.post("/agents/<int:agent_id>/phone/issue")
@needs(Permission.MANAGE_AGENTS)
def issue(agent_id: int) -> str:
    """The one page that ever shows the account with its password and the link of the QR code."""
    context, services = get_context(), get_phone_services()
    agent, secret = phone_pairings.issue_phone(context.database, current_actor(), agent_id, at=context.clock())
    services.apply()
    link = context.external_url("agents_phones.give_account", secret=secret)
    return render_template(
        "phones/issued.html",
        **_page(agent),
        server=services.server,
        port=services.port,
        link=link if is_reachable_address(link) else "",
        linphone=qr_code_data_uri(link),
        wave=qr_code_data_uri(wave_account(agent, services.server, services.port)),
        codes={state: code for code, state in PRESENCE_CODES.items()},
        minutes=int(phone_pairings.VALID_FOR.total_seconds() // 60),
        is_secure=context.is_secure,
    )


@blueprint.post("/agents/<int:agent_id>/phone/ring")
@needs(Permission.MANAGE_AGENTS)
def ring(agent_id: int) -> AnyResponse:
    phone_rings.request_ring(get_context().database, current_actor(), agent_id, at=get_context().clock())
    return redirect(url_for("agents_phones.show", agent_id=agent_id), 303)


@blueprint.post("/agents/<int:agent_id>/phone/revoke")
@needs(Permission.MANAGE_AGENTS)
def revoke(agent_id: int) -> AnyResponse:
    agent = phone_pairings.revoke_phone(get_context().database, current_actor(), agent_id, at=get_context().clock())
    get_phone_services().apply()
    flash(gettext("%(name)s has no telephone any more; the one that was paired is refused.", name=agent.name))
    return redirect(url_for("agents_phones.show", agent_id=agent_id), 303)


@blueprint.get("/pair/<secret>")
@public
def give_account(secret: str) -> Response:
    """The settings that Linphone fetches after it has read the QR code: once, and within half an hour."""
    services, context = get_phone_services(), get_context()
    if request.method == "HEAD":  # an application that asks first must not use the link up
        return Response(content_type="application/xml")
    agent = phone_pairings.redeem_pairing(context.database, secret, at=context.clock())
    if agent is None:
        abort(404)
    address = address_of(services.server, services.port)
    settings = render_template("phones/linphone.xml", agent=agent, server=services.server, address=address)
    return Response(settings, content_type="application/xml; charset=utf-8")


def _get(agent_id: int) -> Agent:
    return phone_pairings.get_agent(get_context().database, current_actor(), agent_id)


def _page(agent: Agent) -> Mapping[str, object]:
    context = get_context()
    states = list_endpoint_states(context.database, at=context.clock())
    last = phone_rings.find_last_ring(context.database, agent.id, at=context.clock())
    return {
        "agent": agent,
        "state": describe_phone(states, agent.sip_account),
        "last_ring": last,
        "ring_text": RING_TEXTS[last.result] if last else None,
        "ring_is_good": last is not None and last.result in GOOD_RINGS,
    }
