"""Many desk phones in one process: a second Asterisk that registers an account for each, and answers at once."""

from collections.abc import Mapping
from pathlib import Path

from carrier import Carrier

from standardiste.switchboard.asterisk import Asterisk

_DESK = """
[{name}](desk)
client_uri = sip:{name}@127.0.0.1:{port}
contact_user = {name}
outbound_auth = {name}
[{name}]
type = auth
auth_type = userpass
username = {name}
password = {password}
"""


class DeskPhones(Carrier):
    """The telephones of these SIP accounts (name to password)."""

    conf = Path(__file__).parent / "desk_phones_conf"

    def __init__(self, asterisk: Asterisk, var: Path, asterisk_port: int, accounts: Mapping[str, str]) -> None:
        super().__init__(asterisk, var, asterisk_port)
        self._accounts = accounts

    @property
    def template_values(self) -> dict[str, object]:
        rows = [
            _DESK.format(name=name, port=self._trunk_port, password=password)
            for name, password in self._accounts.items()
        ]
        return {"desks": "".join(rows)}

    def rung_accounts(self) -> list[str]:
        """The accounts whose telephones have rung, in order, once for each ring."""
        return [event.extra for event in self.channel_events() if event.extra]
