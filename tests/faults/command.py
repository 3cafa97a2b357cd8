"""`script/faults`: runs fault cases with a seed that repeats them."""

import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import click
import databases
import fork_server
import short_prompts
from all_cases import CASES
from case_runner import run_case, run_workload
from fault_case import NotPossibleHere
from postgres import TemporaryPostgresServer
from prepared_installations import prepare_with_test_plan

ONE = f"Only this case; repeatable. One of {', '.join(sorted(CASES))}."


def _parse_share(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise click.BadParameter("two numbers are needed, such as 1/2")
    return int(number), int(of)


@click.command
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed has the same moments.")
@click.option("--only", "names", multiple=True, type=click.Choice(sorted(CASES)), metavar="CASE", help=ONE)
@click.option("--long", is_flag=True, help="All cases, not only the short grid.")
@click.option("--postgres", is_flag=True, help="The database on a PostgreSQL server, not in a file.")
@click.option(
    "--share", default="1/1", callback=_parse_share, metavar="N/OF", help="Each OF-th case, from the N-th on."
)
@click.option("--times", type=click.IntRange(1), default=1, show_default=True, help="Number of consecutive seeds.")
def main(seed: int, names: tuple[str, ...], long: bool, times: int, postgres: bool, share: tuple[int, int]) -> None:
    """Produces faults during real calls and reports violations. Exit code 1 if there are any."""
    with ExitStack() as ended:
        ended.callback(fork_server.stop_server)
        if postgres:
            databases.server = TemporaryPostgresServer()
            databases.server.start()
            ended.callback(databases.server.remove)
        chosen = names or [name for name, case in CASES.items() if long or case.short]
        number, of = share
        run([(name, each) for each in range(seed, seed + times) for name in chosen][number - 1 :: of])


def run(planned: list[tuple[str, int]]) -> None:
    """Runs these cases, each with its seed."""
    failed = 0
    folder = fork_server.folder = databases.shared_folder = Path(tempfile.mkdtemp(prefix="faults-"))
    click.echo("Speaking the prompts, and starting a reception ...", err=True)
    short_prompts.true_voice = True
    with run_workload(prepare_with_test_plan(folder), folder, every_part=True) as work:
        label = f"{len(planned)} cases"
        with click.progressbar(planned, label=label, item_show_func=_case_name, file=sys.stderr) as bar:
            for name, each in bar:
                started = time.monotonic()
                try:
                    wrong = run_case(work, name, each)
                    verdict = "FAILED" if wrong else "held"
                except NotPossibleHere as error:
                    wrong, verdict = [], f"left out ({error})"
                failed += bool(wrong)
                click.echo(f"\r{verdict:6} {name} --seed {each}  {time.monotonic() - started:.0f} s")
                for sentence in wrong:
                    click.echo(f"       {sentence}")
    if failed:
        click.echo(f"{failed} of {len(planned)} cases failed; repeat one with --only CASE --seed N. Logs: {folder}")
        sys.exit(1)
    shutil.rmtree(folder)
    click.echo(f"All {len(planned)} cases held, except those left out.")


def _case_name(item: tuple[str, int] | None) -> str:
    return item[0] if item else ""


if __name__ == "__main__":
    main()
