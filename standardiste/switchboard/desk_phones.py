"""What Asterisk knows about desk phones: the account of each desk, and where no phone can be."""

import hashlib
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address

from records.staff.sip_account_names import SipAccount
from routing.trunks import Trunk
from standardiste.setting_addresses import LOOPBACK
from standardiste.settings import Settings


def desk_variables(settings: Settings, phones: Sequence[SipAccount], trunks: Iterable[Trunk]) -> dict[str, str]:
    """The account of each desk, and the addresses at which no phone is: our own and those of trunks."""
    rows = {f"DESK_{phone.desk}": phone.name for phone in phones}
    rows |= {f"DESK_OF_{phone.name}": phone.desk for phone in phones}
    rows |= {f"GUESSABLE_{phone.name}": "1" for phone in phones if phone.is_guessable}
    rows |= {f"BROWSER_OF_{phone.name}": phone.browser_account for phone in phones if phone.browser_account}
    rows |= {f"NO_PHONE_AT_{host}_{settings.sip_port}": "1" for host in own_addresses(settings)}
    for trunk in trunks:
        port = trunk.port or (5061 if trunk.transport == "tls" else 5060)
        for host in _addresses(trunk.address, (str(network) for network in trunk.networks)):
            rows[f"NO_PHONE_AT_{host}_{port}"] = "1"
            if not ip_address(host).is_loopback:
                rows[f"NO_PHONE_AT_{host}"] = "1"
    return rows


def own_addresses(settings: Settings) -> list[str]:
    """The IPv4 addresses of this machine at which SIP is reached, as far as we know them."""
    own = {settings.sip_local_endpoint[0], str(settings.sip_address), str(settings.external_address)}
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.connect(("192.0.2.1", 9))  # sends nothing; the kernel chooses the address that faces the network
        own.add(unused.getsockname()[0])
    return sorted(own - {"", "0.0.0.0"})


def phone_server(settings: Settings) -> str:
    """The name or address at which telephones find this machine."""
    if settings.phone_address:
        return settings.phone_address
    if not settings.sip_address.is_unspecified:
        return str(settings.sip_address)
    others = [address for address in own_addresses(settings) if not ip_address(address).is_loopback]
    return others[0] if others else LOOPBACK


def _addresses(host: str, networks: Iterable[str]) -> list[str]:
    """The IPv4 addresses of a host name, none while DNS does not answer, and of networks that are one address."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None, socket.AF_INET)}
    except OSError:
        found = set()
    return sorted({str(address) for address in found} | {net.removesuffix("/32") for net in networks if "/32" in net})


def derive_challenge_password(settings: Settings) -> str:
    """A password that nobody knows, the same at each rendering: nobody can authenticate at the endpoint `challenge`."""
    return hashlib.sha256(b"challenge" + settings.ami_secret_file.read_bytes()).hexdigest()
