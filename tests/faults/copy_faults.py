"""What happens once, and must not stop half way: a migration, a backup."""

import shutil
import subprocess
import sys
from random import Random

import bases
from fault_case import Unkept, case
from reception import Reception
from witnesses import Lived, in_a_file, query
from workload import Caller, Workload

from caller.story import Press
from records.migrate import newest
from standardiste.settings import CHECKOUT

STATEMENTS = 60  # at least so many make our tables
# Dies before its statement of that number; a child each, so that Python starts once.
DYING = """
import os, signal, sys
from sqlalchemy import Engine, event
from records.migrate import upgrade
from records.base import open_base
_, url, *numbers = sys.argv
for number in map(int, numbers):
    pid = os.fork()
    if not pid:
        seen = 0
        def count(*_):
            global seen
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)
        event.listen(Engine, "before_cursor_execute", count)
        upgrade(url)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0:
        print(number)
        break
"""


@case()
def migration_killed_at_every_statement(work: Workload, chance: Random) -> list[Lived]:
    """Whatever the moment, the base is as before, and the next start migrates it."""
    name = f"half_way_{chance.getrandbits(32)}"  # another one for each seed
    url = bases.server.make(name) if bases.server else f"sqlite:///{work.folder / name}"
    command = [sys.executable, "-c", DYING, url, *map(str, range(1, 1000))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    if not done.stdout or int(done.stdout) < STATEMENTS:
        raise Unkept(f"a start after {done.stdout or 'all'} of them failed: {done.stderr[-500:]}")
    if query(url, "SELECT version_num FROM alembic_version") != [(newest(),)]:
        raise Unkept("the base has no schema, or another")
    if in_a_file(url) and query(url, "PRAGMA integrity_check") != [("ok",)]:
        raise Unkept("the base is damaged")
    return []


@case()
def backup_under_load_restored_elsewhere(work: Workload, chance: Random) -> list[Lived]:
    """Callers are promised callbacks while it is made: whatever was promised before is there, for a person to check."""
    before, during = work.numbers(chance, 2)
    file = work.folder / "backup.tar.gz"
    lived = work.call([Caller(before, (Press(keys="2", at_s=0.5),), stays_s=9)])
    work.settle()
    promise = Caller(during, (Press(keys="2", at_s=0.5),), stays_s=9)
    lived += work.call([promise], lambda: work.reception.run("backup", str(file)))
    elsewhere = Reception(work.folder / "elsewhere")
    try:
        elsewhere.run("restore", str(file), "--dry-run")
        if elsewhere.settings.var.exists():
            raise Unkept("a rehearsal has left something behind")
        elsewhere.run("restore", str(file))
        base = elsewhere.settings.base_url
        of = "FROM callback JOIN request ON request.id = request_id JOIN line ON line.id = line_id"
        states = {line: state for line, state in query(base, f"SELECT e164, state {of} WHERE closed_at IS NULL")}
        if states.get(before) != "to_check" or set(states.values()) != {"to_check"}:
            raise Unkept(f"callbacks came back as {sorted(set(states.values()))}")
        if len(elsewhere.run("callback", "check").stdout.splitlines()) < len(states):
            raise Unkept("not all of them are shown to be checked")
    finally:
        elsewhere.stop()
        shutil.rmtree(elsewhere.settings.var, ignore_errors=True)
        file.unlink(missing_ok=True)
    return lived
