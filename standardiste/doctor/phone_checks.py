"""The check of registered telephones."""

import json
import re
from contextlib import suppress
from ipaddress import ip_address

from records.check_result import CheckResult
from records.staff import agents
from standardiste.installation import Installation
from translations.message import translatable

_CONTACT = re.compile(r"^/registrar/contact/([^;\s]+);\S* *: (\{.*\})\s*$", re.MULTILINE)
_URI_HOST = re.compile(r"sips?:(?:[^@]*@)?\[?([0-9a-fA-F.:]+?)\]?(?::\d+)?(?:;.*)?$")


def check_phones_behind_nat(installation: Installation) -> CheckResult:
    """Whether the voice of every registered telephone is heard at once: those behind a router need a setting."""
    name = "telephones behind a router"
    registered = find_phones_behind_nat(installation.asterisk_cli.run("database show registrar"))
    desks = [one.desk for one in agents.list_sip_accounts(installation.database) if one.name in registered]
    if not desks or installation.settings.phones_behind_nat:
        return CheckResult(name, True, translatable("The voice of every registered telephone is heard at once."))
    return CheckResult(
        name,
        False,
        translatable(
            "The first 3 seconds of these desks are not heard, because they are behind a router (NAT): %(desks)s.",
            desks=", ".join(desks),
        ),
        translatable("Set phones_behind_nat = true and restart the server, or connect these telephones by a VPN."),
    )


def find_phones_behind_nat(listing: str) -> frozenset[str]:
    """The accounts whose telephone names another address than its packets come from.

    `listing` is what Asterisk's command `database show registrar` prints.
    """
    found = set()
    for account, stored in _CONTACT.findall(listing):
        with suppress(ValueError):
            contact = json.loads(stored)
            named, came_from = contact.get("via_addr", ""), _URI_HOST.match(contact.get("uri", ""))
            if came_from and ip_address(named) != ip_address(came_from[1]):
                found.add(account)
    return frozenset(found)
