"""A caller is being handed over: Python says to whom, and who hands them over."""

from agi.call import Call
from agi.config_snapshot import SnapshotReader
from agi.flows.overflow import set_overflow_centres
from dialplan import names
from records.database.engine import Database
from records.transfers.transfers import TargetKind, find_started
from routing.queue.penalties import member_penalty


def route_transfer(call: Call, snapshots: SnapshotReader, database: Database) -> None:
    """Sets TRANSFER_TO last: until then the dialplan takes the caller to the front of the queue."""
    transfer = find_started(database, call.ref)
    if transfer is None:
        return
    target = transfer.target
    variables = {names.TRANSFER_FROM: transfer.from_account}
    match target.kind:
        case TargetKind.PERSON:
            variables |= {names.TRANSFER_MEMBER: transfer.to_account}
        case TargetKind.LEVEL if target.level:
            penalty = member_penalty(target.level, speaks=True)
            variables |= {names.TRANSFER_LEVEL: str(target.level), names.TRANSFER_PENALTY: str(penalty)}
        case TargetKind.CENTRE:
            set_overflow_centres(call, snapshots)
    call.channel.set_variables(**variables, **{names.TRANSFER_TO: str(target.kind)})
