"""What servers need before they listen: a port that is free, and enough open files."""

import logging
import resource
from ipaddress import IPv4Address

SPARE_DESCRIPTORS = 100  # for the database, logs and files


class PortUnavailable(Exception):
    """The port cannot be used; the text says why in one sentence. `port_setting` is the setting that names it."""

    def __init__(self, address: IPv4Address, port: int, port_setting: str, reason: str | None) -> None:
        super().__init__(
            f"TCP port {port} on {address} cannot be used ({reason}); "
            f"stop what holds it, or choose another with the setting {port_setting}."
        )


def allow_descriptors(connections: int) -> None:
    """Raises the soft limit of open files for so many connections, as far as the hard limit allows."""
    wanted = connections + SPARE_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < possible:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
    if possible < wanted:
        logging.getLogger("web").warning("the machine allows %d open files; %d are wanted", possible, wanted)
