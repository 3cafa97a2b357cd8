"""The page of an agent's telephone, with a real telephone: paired by its link, rung, taken away."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from console_client import ConsoleApp, ConsoleUser
from reception import Reception, wait_for

from caller.live_listener import LiveListener
from caller.phone import Phone, PhoneError, SipAccount
from caller.phone_events import PhoneEventKind
from records.staff import agents
from routing.access.permissions import Role
from standardiste.parts.console import create_app_context

LINPHONE = "{http://www.linphone.org/xsds/lpconfig.xsd}"


def test_a_telephone_is_paired_by_its_link_rings_on_request_and_is_taken_away(reception: Reception) -> None:
    agent = agents.add_agent(reception.database, "Perrine", language="fr", at=datetime.now(UTC))
    context = replace(create_app_context(reception.installation), url="https://console.example.org")
    console = ConsoleApp.of(context)
    supervisor, page = console.sign_in(Role.SUPERVISOR), f"/agents/{agent.id}/phone"
    wait_for_state(supervisor, page, "Aucun téléphone n'est joignable")
    assert "donc rien n'a sonné" in ring(supervisor, page)

    issued, visitor = supervisor.post(f"{page}/issue").text, console.anonymous_user()
    link = re.search(r"/pair/[\w-]+", issued)[0]
    settings = entries(visitor.get(link).text)
    assert visitor.get(link).status_code == 404
    assert f"<code>{settings['passwd']}</code>" in issued
    assert settings["passwd"] not in supervisor.get(page).text

    account = SipAccount(settings["username"], settings["passwd"], f"127.0.0.1:{reception.settings.sip_port}")
    with Phone(account=account, auto_answer=True) as phone:
        phone.wait_for(PhoneEventKind.REGISTERED)
        wait_for_state(supervisor, page, "Connecté")
        supervisor.post(f"{page}/ring")
        LiveListener(phone, reception.prompt_recognizer()).wait_for("phone-works", 15)
        assert "Il a sonné et on a décroché" in ring_end(supervisor, page)
    with Phone(account=account, auto_answer=False) as phone:
        phone.wait_for(PhoneEventKind.REGISTERED)
        supervisor.post(f"{page}/ring")
        phone.wait_for(PhoneEventKind.INCOMING)
        phone.reject()
        assert re.search("Il est occupé|refusé au téléphone", ring_end(supervisor, page))

        assert supervisor.post(f"{page}/revoke").location == page
        assert "donc rien n'a sonné" in ring(supervisor, page)
    with pytest.raises(PhoneError, match="401"), Phone(account=account):
        pass
    reception.remove_agents(agents.find_agent(reception.database, "Perrine"))


def ring(supervisor: ConsoleUser, page: str) -> str:
    supervisor.post(f"{page}/ring")
    return ring_end(supervisor, page)


def ring_end(supervisor: ConsoleUser, page: str) -> str:
    """What the page says of the last ring, once it has ended."""

    def ended() -> str | None:
        shown = html.unescape(supervisor.get(f"{page}/refresh").text).partition('data-live-part="phone-ring"')[2]
        return shown if "Faire sonner ce téléphone" in shown else None

    return wait_for(ended, "the end of the ring", 30)


def wait_for_state(supervisor: ConsoleUser, page: str, state: str) -> None:
    wait_for(
        lambda: f">{state}</span>" in html.unescape(supervisor.get(f"{page}/refresh").text), f"the state {state}", 20
    )


def entries(settings: str) -> dict[str, str]:
    """The entries of Linphone's settings, by name."""
    return {
        entry.attrib["name"]: entry.text or "" for entry in ElementTree.fromstring(settings).iter(f"{LINPHONE}entry")
    }
