"""The addresses and links that follow from the settings."""

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

LOOPBACK = "127.0.0.1"


class Addresses:
    """Part of the settings; it has no setting of its own."""

    if TYPE_CHECKING:
        sip_address: IPv4Address
        sip_port: int
        public_address: IPv4Address
        public_port: int
        public_url: str
        console_address: IPv4Address
        console_port: int
        console_url: str
        centre_address: IPv4Address
        centre_port: int
        centre_url: str

    @property
    def tls_port(self) -> int:
        """TCP port of SIP over TLS."""
        return self.sip_port + 1

    @property
    def sip_local_address(self) -> str:
        """Where a telephone on this machine finds us: `address` or `address:port`."""
        address, port = self.sip_local_endpoint
        return address if port == 5060 else f"{address}:{port}"

    @property
    def sip_local_endpoint(self) -> tuple[str, int]:
        """Address and UDP port at which this machine itself reaches Asterisk."""
        return LOOPBACK if self.sip_address.is_unspecified else str(self.sip_address), self.sip_port

    @property
    def public_local_url(self) -> str:
        """URL of the public pages from this machine."""
        return _local_url(self.public_address, self.public_port)

    @property
    def public_root_url(self) -> str:
        """The beginning of every link to our public pages."""
        return self.public_url or self.public_local_url

    @property
    def console_local_url(self) -> str:
        """URL of the console from this machine."""
        return _local_url(self.console_address, self.console_port)

    @property
    def console_root_url(self) -> str:
        """The beginning of every link to the console."""
        return self.console_url or self.console_local_url

    @property
    def centre_local_url(self) -> str:
        """URL of the pages of overflow centres from this machine."""
        return _local_url(self.centre_address, self.centre_port)

    @property
    def centre_root_url(self) -> str:
        """The beginning of every link to the pages of overflow centres."""
        return self.centre_url or self.centre_local_url

    def welcome_url(self, secret: str) -> str:
        """The page of the console on which the holder of an invitation chooses a password."""
        return f"{self.console_root_url}/welcome/{secret}"


def _local_url(address: IPv4Address, port: int) -> str:
    return f"http://{LOOPBACK if address.is_unspecified else address}:{port}"
