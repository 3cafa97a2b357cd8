"""A trunk without which no callback is placed; it leads to nobody."""

from datetime import datetime

from records import trunks
from records.actor import command_line_actor
from records.database.engine import Database
from records.secret_box import SecretBox
from records.trunks import StoredTrunk
from routing.trunks import Trunk


def connect_trunk(database: Database, at: datetime) -> None:
    operator = StoredTrunk("operator", "Opérateur", Trunk(address="192.0.2.10"))
    trunks.add_trunk(database, command_line_actor("test"), SecretBox([]), operator, at=at)
