"""The figures of a centre, read in one place for its own supervisor and for the organisation."""

from datetime import date, timedelta, tzinfo

from records.centres.contracts import find_contracts
from records.centres.kept_days import read_days
from records.database.engine import Database
from routing.centres.figures import Figures, sum_days


def read_figures(database: Database, centre: str, first: date, after: date, tz: tzinfo) -> Figures:
    """The calls that were handed over from the day `first` on and before the day `after`, by the clock of `tz`."""
    contracts = find_contracts(database, centre, first, after - timedelta(days=1))
    return sum_days(contracts, read_days(database, centre, first, after, tz))
