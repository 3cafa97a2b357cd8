"""What a stranger, or somebody with the password of one desk, can make Asterisk do."""

import itertools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from reception import wait_for
from sip_client import SipClient, response

from records.staff import agents
from records.staff.sip_account_names import SipAccount
from standardiste.asterisk_reload import render_asterisk_config

PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
OPERATOR = "127.0.0.6"  # the trunk of AsteriskOnly
ELSEWHERE = "127.0.0.9"
GUESSABLE = "p01"

# Headers whose value is an address, and addresses of many kinds: every combination is sent.
HEADERS = (
    "Contact",
    "Route",
    "Record-Route",
    "Path",
    "Service-Route",
    "Refer-To",
    "Referred-By",
    "P-Asserted-Identity",
    "Remote-Party-ID",
    "Diversion",
    "History-Info",
    "Reply-To",
)
ADDRESSES = (
    "<sip:a@192.0.2.1;lr>",
    "<sips:a@192.0.2.1>",
    "<tel:+33199000000>",
    "<urn:service:sos>",
    "<http://192.0.2.1/>",
    "<mailto:a@example.org>",
    "<data:,>",
    "sip:",
    "<>",
    "*",
)


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    """Anne's account has a name of version 0.2, every other account a random one."""
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("doors") / "var", PLAN.read_text())
    agents.add_agent(asterisk.database, "Anne", language="fr", at=datetime.now(UTC))
    agents.create_desks(asterisk.database, 50)
    render_asterisk_config(asterisk.installation)
    asterisk.start()
    yield asterisk
    asterisk.stop()


@pytest.fixture
def stranger(asterisk: AsteriskOnly) -> Iterator[SipClient]:
    with SipClient(asterisk.settings.sip_port, source="127.0.0.77") as client:
        yield client


@pytest.fixture
def phone(asterisk: AsteriskOnly) -> Iterator[SipClient]:
    with SipClient(asterisk.settings.sip_port, source="127.0.0.5") as client:
        yield client


@pytest.fixture
def elsewhere() -> Iterator[SipClient]:
    with SipClient(9, source=ELSEWHERE) as client:
        yield client


def account_of(asterisk: AsteriskOnly, desk: str) -> SipAccount:
    return next(account for account in agents.list_sip_accounts(asterisk.database) if account.desk == desk)


def ring(asterisk: AsteriskOnly, account: SipAccount) -> None:
    """Begins a call to the agent of this account, as the queue does."""
    asterisk.run_command(f"channel originate Local/{account.name}@member/n application Wait 1")


# --- strangers -------------------------------------------------------------------------------------------------------


def test_a_stranger_who_knows_the_name_of_an_account_cannot_end_asterisk(
    asterisk: AsteriskOnly, stranger: SipClient
) -> None:
    names = (GUESSABLE, account_of(asterisk, "02").name, "outside", "trunk")
    for method, name, header, address in itertools.product(("OPTIONS", "INVITE"), names, HEADERS, ADDRESSES):
        credentials = f'Digest username="{name}", realm="asterisk", nonce="1", uri="sip:127.0.0.1", response="1"'
        for more in ({}, {"Authorization": credentials}):
            text = stranger.request(
                method,
                f"sip:0199000000@127.0.0.1:{asterisk.settings.sip_port}",
                from_address=f"<sip:{name}@127.0.0.1>",
                headers={header: address, **more},
            )
            stranger.send(text)
        stranger.receive(0.2)
    assert "fully booted" in asterisk.run_command("core waitfullybooted")


def test_the_name_in_from_selects_no_endpoint(asterisk: AsteriskOnly, stranger: SipClient) -> None:
    for name in (GUESSABLE, account_of(asterisk, "02").name, "outside", "trunk", "challenge"):
        who = {"from_address": f"<sip:{name}@127.0.0.1>", "headers": {"Contact": f"<sip:a@{stranger.address}>"}}
        assert stranger.ask(stranger.request("INVITE", "sip:*21@127.0.0.1", **who)).startswith("SIP/2.0 401 ")
        assert stranger.ask(stranger.request("INVITE", "sip:0199000000@127.0.0.1", **who)).startswith("SIP/2.0 401 ")
    assert "0 active channels" in asterisk.run_command("core show channels")


def test_nobody_gets_in_by_the_endpoint_that_only_challenges(asterisk: AsteriskOnly, stranger: SipClient) -> None:
    for password in ("", "challenge", "secret"):
        assert re.match(r"SIP/2\.0 40[13] ", stranger.register("challenge", password))


def test_a_phone_at_the_address_of_a_trunk_registers_and_calls(asterisk: AsteriskOnly) -> None:
    account = account_of(asterisk, "03")
    with SipClient(asterisk.settings.sip_port) as phone:  # 127.0.0.1, the trunk's address
        assert phone.register(account.name, account.password).startswith("SIP/2.0 200 ")
        who = {"from_address": f"<sip:{account.name}@127.0.0.1>"}
        contact = {"Contact": f"<sip:{account.name}@{phone.address}>"}
        answer = phone.ask_with_password("INVITE", "sip:*21@127.0.0.1", account.name, account.password, contact, **who)
        assert answer.startswith("SIP/2.0 200 ")
        phone.send(response(answer, "481 Gone"))


def test_a_phone_registers_with_the_name_that_it_had_in_version_0_2(asterisk: AsteriskOnly, phone: SipClient) -> None:
    anne = account_of(asterisk, "01")
    assert anne.name == GUESSABLE
    assert phone.register(anne.name, anne.password).startswith("SIP/2.0 200 ")
    ring(asterisk, anne)
    invited = phone.receive(start="INVITE ")
    assert invited
    phone.send(response(invited, "486 Busy Here"))


# --- where a desk is rung --------------------------------------------------------------------------------------------


CONTACTS = (
    "<sip:0899123456@{phone};maddr={elsewhere}>",
    "<sip:0899123456@{phone};MADDR={elsewhere}>",
    "<sip:0899123456@{phone};%6daddr={elsewhere}>",
    "<sip:0899123456@{phone};x=1;maddr={elsewhere};y>",
    "<sip:0899123456@{phone};transport=tcp>",
    "<sips:0899123456@{elsewhere}:{port}>",
    "<tel:+33899123456>",
    "<sip:0899123456@{operator}>",
    "<sip:0899123456@{us}>",
    "<sip:0899123456@{elsewhere}:{port}>",
    "<sip:a&PJSIP/0899123456@outside>",
    "<sip:a,b@{phone}>",
    "<sip:a@{phone}?Route=%3Csip:{elsewhere}%3E>",
)


# Until it is re-issued, an account with a name of version 0.2 may name any telephone of the local network.
FORMS = [*(("04", form) for form in CONTACTS), *(("01", form) for form in CONTACTS if "{elsewhere}:{port}" not in form)]


@pytest.mark.parametrize(("desk", "form"), FORMS)
def test_a_contact_leads_nowhere_but_to_the_phone_that_registered(
    asterisk: AsteriskOnly, phone: SipClient, elsewhere: SipClient, desk: str, form: str
) -> None:
    account = account_of(asterisk, desk)
    contact = form.format(
        phone=phone.address,
        elsewhere=ELSEWHERE,
        port=elsewhere.port,
        operator=f"{OPERATOR}:{asterisk.settings.trunks['outside'].port}",
        us=f"127.0.0.1:{asterisk.settings.sip_port}",
    )
    answer = phone.register(account.name, account.password, contact)
    assert answer.startswith("SIP/2.0 200 ") != ("addr=" in contact.lower() or contact.startswith("<tel:"))
    with SipClient(9, source=OPERATOR) as operator:
        ring(asterisk, account)
        invited = phone.receive(0.2, start="INVITE ")
        rung = asterisk.run_command("core show channels concise")
        if invited:
            phone.send(response(invited, "486 Busy Here"))
        assert elsewhere.receive(0.01, start="INVITE ") == operator.receive(0.01, start="INVITE ") == ""
    assert {"outside", "trunk"}.isdisjoint(re.findall(r"PJSIP/(\w+)-", rung))


def test_a_redirection_by_a_phone_is_not_followed(
    asterisk: AsteriskOnly, phone: SipClient, elsewhere: SipClient
) -> None:
    account = account_of(asterisk, "05")
    assert phone.register(account.name, account.password).startswith("SIP/2.0 200 ")
    for target in (f"<sip:0899123456@{elsewhere.address}>", "<sip:06@127.0.0.1>"):
        ring(asterisk, account)
        invited = phone.receive(start="INVITE ")
        phone.send(response(invited, "302 Moved Temporarily", {"Contact": target}))
        assert phone.receive(start="ACK ")
        assert elsewhere.receive(0.3, start="INVITE ") == ""


def test_a_desk_is_shown_under_our_name_and_not_under_its_own(
    asterisk: AsteriskOnly, phone: SipClient, stranger: SipClient
) -> None:
    called, caller = account_of(asterisk, "07"), account_of(asterisk, "08")
    assert phone.register(called.name, called.password).startswith("SIP/2.0 200 ")
    headers = {
        "Contact": f"<sip:boss@{stranger.address}>",
        "P-Asserted-Identity": '"The Boss" <sip:0144556677@127.0.0.1>',
        "Remote-Party-ID": '"The Boss" <sip:0144556677@127.0.0.1>;screen=yes',
    }
    who = {"from_address": f'"The Boss" <sip:{caller.name}@127.0.0.1>'}
    uri = "sip:07@127.0.0.1"
    challenge = stranger.ask(stranger.request("INVITE", uri, headers=headers, **who))
    assert challenge.startswith("SIP/2.0 401 ")
    stranger.begin_with_password("INVITE", uri, caller.name, caller.password, headers, **who)
    invited = phone.receive(start="INVITE ")
    phone.send(response(invited, "486 Busy Here"))
    assert re.search(r'^From: "Poste 08" <sip:08@', invited, re.MULTILINE)
    assert "Boss" not in invited and "0144556677" not in invited
    assert caller.name not in invited  # the account stays between the phone and us


def test_a_registration_that_leads_elsewhere_is_told(asterisk: AsteriskOnly) -> None:
    log = asterisk.settings.log / "asterisk" / "messages"
    assert wait_for(lambda: "leads elsewhere" in log.read_text(), "the warning in Asterisk's log")
    assert all(json.loads(line) for line in log.read_text().splitlines()[1:])
