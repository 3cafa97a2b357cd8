"""The mediator's requests on the command line and in the metrics: no command that reads says a word of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import click
import pytest
from click.testing import Result
from mediator_files import ANNE, CANARY, VISITOR, WRITER, hand_to_mediator, leave_requests
from prometheus_client import CollectorRegistry, generate_latest
from reception import Reception
from sqlalchemy import select

from records.actor import Actor
from records.schema import Callback, Inquiry
from routing.access.permissions import Role
from standardiste.cli import main
from standardiste.parts.metrics_collector import MetricsCollector

Run = Callable[..., Result]
MORE = (
    *(("contact", "duplicates"), ("callback", "check"), ("purge", "--dry-run"), ("webhook", "list")),
    *(("contact", "find", CANARY[:6]), ("contact", "find", "x@example.org"), ("call", "abandoned")),
)


@pytest.fixture
def sealed(reception: Reception) -> tuple[int, ...]:
    now = datetime.now(UTC)
    leave_requests(reception.database, now)
    return hand_to_mediator(reception.database, Actor(None, Role.MEDIATOR, "M"), now)


def reading_commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Each command that can print JSON, which all that read records can, and the names of its arguments."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from reading_commands(command, (*before, name))
        elif command and any("--json" in option.opts for option in command.params):
            required = [each.name or "" for each in command.params if isinstance(each, click.Argument)]
            yield (*before, name), required


def fill_in(database_refs: list[str], argument: str) -> list[str]:
    if argument.endswith("_id"):
        return ["1", "2", "3", "4"]
    return [*database_refs, "1.1", "1.2", ANNE, VISITOR, WRITER]


def test_no_command_that_reads_prints_a_trace_of_them(reception: Reception, run: Run, sealed: tuple[int, ...]) -> None:
    with reception.database.read() as connection:
        refs = [*connection.scalars(select(Callback.ref).union(select(Inquiry.ref)))]
    asked = [*MORE]
    for words, arguments in reading_commands(main):
        if words[-1] in ("doctor", "place", "open", "change"):  # which look at the machine, or write
            continue
        for value in fill_in(refs, arguments[0]) if arguments else [""]:
            asked += [(*words, *filter(None, [value]), *json) for json in ((), ("--json",))]
    assert {("call", "list"), ("request", "show", "1"), ("contact", "show", "2"), ("callback", "show", refs[0])} <= {
        *asked
    }
    for each in asked:
        answer = run(*each)
        said = answer.stdout.replace(" ".join(each), "")
        assert CANARY not in said + answer.stderr, each
        if each[:2] == ("request", "show"):
            assert (answer.exit_code == 0) == (int(each[2]) not in sealed), each


def test_the_metrics_count_none_of_them(reception: Reception, sealed: tuple[int, ...]) -> None:
    registry = CollectorRegistry()
    registry.register(MetricsCollector(reception.installation))
    lines = generate_latest(registry).decode().splitlines()
    counted = {line for line in lines if line.startswith("standardiste_requests_open{") and not line.endswith(" 0.0")}
    assert counted == {'standardiste_requests_open{kind="missed"} 1.0'}
    assert not any(CANARY in line for line in lines) and sealed
