"""`script/faults`: every case, or one, with a seed that does the same again."""

import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import bases
import click
from cases import CASES
from fault_case import NotHere
from grid import judged, workload
from postgres import Postgres
from spoken import spoken

ONE = f"This case alone; repeatable. One of {', '.join(sorted(CASES))}."


@click.command
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same moments.")
@click.option("--only", "names", multiple=True, type=click.Choice(sorted(CASES)), metavar="CASE", help=ONE)
@click.option("--long", is_flag=True, help="Every case, not only the short grid (about half an hour).")
@click.option("--postgres", is_flag=True, help="The base on a PostgreSQL server of its own, not in a file.")
@click.option("--times", type=click.IntRange(1), default=1, show_default=True, help="Seeds in a row.")
def main(seed: int, names: tuple[str, ...], long: bool, times: int, postgres: bool) -> None:
    """Lets things fail under real calls and says what did not hold. Exit code 1 when anything did not."""
    with ExitStack() as ended:
        if postgres:
            bases.server = Postgres()
            bases.server.start()
            ended.callback(bases.server.remove)
        run(seed, names, long=long, times=times)


def run(seed: int, names: tuple[str, ...], *, long: bool, times: int) -> None:
    chosen = names or [name for name, case in CASES.items() if long or case.short]
    planned = [(name, each) for each in range(seed, seed + times) for name in chosen]
    failed = 0
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    click.echo("Speaking the prompts, and starting a reception ...", err=True)
    with workload(spoken(folder), folder) as work:
        label = f"{len(planned)} cases"
        with click.progressbar(planned, label=label, item_show_func=_shown, file=sys.stderr) as bar:
            for name, each in bar:
                began = time.monotonic()
                try:
                    wrong = judged(work, name, each)
                    verdict = "FAILED" if wrong else "held"
                except NotHere as error:
                    wrong, verdict = [], f"left out ({error})"
                failed += bool(wrong)
                click.echo(f"\r{verdict:6} {name} --seed {each}  {time.monotonic() - began:.0f} s")
                for sentence in wrong:
                    click.echo(f"       {sentence}")
    if failed:
        click.echo(f"{failed} of {len(planned)} cases failed; repeat one with --only CASE --seed N. Logs: {folder}")
        sys.exit(1)
    shutil.rmtree(folder)
    click.echo(f"All {len(planned)} cases held, but for those left out.")


def _shown(item: tuple[str, int] | None) -> str:
    return item[0] if item else ""


if __name__ == "__main__":
    main()
