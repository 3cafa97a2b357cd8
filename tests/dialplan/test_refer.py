"""A REFER, by which a SIP peer asks to transfer its call, is refused, also by the module that would take it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from sip_client import SipClient, response

from records.staff import agents

PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
OPERATOR = "127.0.0.6"  # the trunk of AsteriskOnly, by which calls to centres go out too
REFER_TO = "<sip:0899123456@127.0.0.9>"


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("refer") / "var", PLAN.read_text())
    agents.add_agent(asterisk.database, "Anne", language="fr", at=datetime.now(UTC))
    asterisk.start()
    asterisk.run_command("module load res_pjsip_refer.so")
    assert "Running" in asterisk.run_command("module show like res_pjsip_refer")
    yield asterisk
    asterisk.stop()


@pytest.fixture
def elsewhere() -> Iterator[SipClient]:
    with SipClient(9, source="127.0.0.9") as client:
        yield client


def header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*)\r$", message, re.MULTILINE)
    assert found, message
    return found[1]


def refer(client: SipClient, uri: str, call_id: str, *, ours: str, theirs: str) -> str:
    """The final answer to a REFER in a dialog, whose ends have these From and To headers."""
    dialog = {"From": ours, "To": theirs, "Call-ID": call_id, "CSeq": "77 REFER", "Refer-To": REFER_TO}
    return client.ask(client.request("REFER", uri, headers={**dialog, "Contact": f"<sip:x@{client.address}>"}))


def refer_own_call(client: SipClient, answer: str, uri: str) -> str:
    """After the 200 to a call that the client placed."""
    assert answer.startswith("SIP/2.0 200 "), answer
    return refer(client, uri, header(answer, "Call-ID"), ours=header(answer, "From"), theirs=header(answer, "To"))


def test_a_desk_phone_transfers_nothing(asterisk: AsteriskOnly, elsewhere: SipClient) -> None:
    with SipClient(asterisk.settings.sip_port, source="127.0.0.5") as phone:
        contact = {"Contact": f"<sip:p01@{phone.address}>"}
        who = {"from_address": "<sip:p01@127.0.0.1>"}
        uri = "sip:*21@127.0.0.1"
        answer = phone.ask_with_password("INVITE", uri, "p01", "password-of-p01", contact, **who)
        assert refer_own_call(phone, answer, uri).startswith("SIP/2.0 603 ")
    assert elsewhere.receive(0.2, start="INVITE ") == ""


def test_an_operator_transfers_nothing(asterisk: AsteriskOnly, elsewhere: SipClient) -> None:
    for address in ("127.0.0.1", OPERATOR):
        with SipClient(asterisk.settings.sip_port, source=address) as trunk:
            uri = "sip:0199000000@127.0.0.1"
            contact = {"Contact": f"<sip:x@{trunk.address}>"}
            answer = trunk.ask(trunk.request("INVITE", uri, headers=contact), 10)
            assert refer_own_call(trunk, answer, uri).startswith("SIP/2.0 603 "), address
    assert elsewhere.receive(0.2, start="INVITE ") == ""


def test_a_centre_that_was_called_transfers_nothing(asterisk: AsteriskOnly, elsewhere: SipClient) -> None:
    port = asterisk.settings.trunks["outside"].port
    with SipClient(asterisk.settings.sip_port, source=OPERATOR, own_port=port) as centre:
        asterisk.run_command("channel originate PJSIP/0899000001@outside application Wait 20")
        invited = centre.receive(start="INVITE ")
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {centre.host}\r\ns=-\r\nc=IN IP4 {centre.host}\r\nt=0 0\r\n"
            "m=audio 30000 RTP/AVP 8\r\n"
        )
        answer = {"Contact": f"<sip:centre@{centre.address}>", "Content-Type": "application/sdp"}
        centre.send(response(invited, "200 OK", answer, body))
        assert centre.receive(start="ACK ")
        uri = f"sip:127.0.0.1:{asterisk.settings.sip_port}"
        ours, theirs = f"{header(invited, 'To')};tag=test", header(invited, "From")
        said = refer(centre, uri, header(invited, "Call-ID"), ours=ours, theirs=theirs)
        assert said.startswith("SIP/2.0 603 "), said
    assert elsewhere.receive(0.2, start="INVITE ") == ""
