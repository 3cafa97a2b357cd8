"""Migrations and backups that are interrupted or run under load."""

import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from random import Random

import databases
from alembic import command
from alembic.config import Config
from evidence import CallerExperience, is_sqlite, query
from fault_case import GuaranteeBroken, fault_case
from reception import Reception
from sqlalchemy import inspect
from workload import SimulatedCaller, Workload

from caller.scripted_call import Press
from records.database.engine import open_database
from records.database.migrate import MIGRATIONS, head_revision
from standardiste.settings import CHECKOUT

MIN_STATEMENTS = {
    "": 60,
    "0001": 40,
    "0002": 30,
}  # lower bound of the statements of a migration, by the schema from which it starts
# Dies before the statement of that number, in a child process each, so that Python starts only once.
KILLED_MIGRATION = """
import os, signal, sys
from sqlalchemy import Engine, event
from records.database.migrate import upgrade
from records.database.engine import open_database
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


_NAMES_MIGRATION = runpy.run_path(str(MIGRATIONS / "versions" / "0008_names.py"))
RENAMED_TABLES: Mapping[str, str] = _NAMES_MIGRATION["TABLES"]
RENAMED_COLUMNS: Mapping[str, Mapping[str, str]] = _NAMES_MIGRATION["COLUMNS"]
"""By new table name, old and new names of its columns."""

AT = "'2025-03-03T12:00:00+00:00'"
FIRST_SCHEMA_ROWS = f"""
INSERT INTO audio (sha256, seconds, media_type, original_name) VALUES ('{"a" * 64}', 2.5, 'audio/wav', 'a.wav')
INSERT INTO contact (name, created_at) VALUES ('Anne', {AT}), ('Annie', {AT})
INSERT INTO cursor (name, position) VALUES ('channel-events', 7)
INSERT INTO line (e164, created_at) VALUES ('+33639980001', {AT}), ('+33639980002', {AT})
INSERT INTO person (name, language, added_at, left_at) VALUES ('Odile', 'en', {AT}, NULL), ('Omer', 'fr', {AT}, {AT})
INSERT INTO plan_version (text, author, created_at) VALUES ('numbers: one', 'Anne', {AT})
INSERT INTO call (ref, landing, line_id, withheld, language, started_at) VALUES
 ('1.1', '+33199000000', 1, false, 'fr', {AT}), ('1.2', '+33199000000', 1, false, 'en', {AT}),
 ('1.3', '+33199000000', 2, false, 'fr', {AT})
INSERT INTO consent (contact_id, line_id, purpose, text_version, source, given_at) VALUES
 (1, 1, 'callback', '1', 'telephone', {AT})
INSERT INTO contact_line (contact_id, line_id, since) VALUES (1, 1, {AT}), (2, 2, {AT})
INSERT INTO contact_merge (kept_id, absorbed_id, at, "by") VALUES (1, 2, {AT}, 'Odile')
INSERT INTO message_version (slot, audio, text, valid_from, published_at, published_by) VALUES
 ('daily', '{"a" * 64}', 'Bonjour', {AT}, {AT}, 'Odile')
INSERT INTO phone_account (name, password, claimed_by) VALUES ('p01', 'secret', 1), ('p02', 'other', NULL)
INSERT INTO call_event (call_ref, at, kind, detail) VALUES ('1.1', {AT}, 'key', '{{"key": "2"}}')
INSERT INTO interaction (contact_id, purpose, channel, at, call_ref) VALUES (1, 'reception', 'telephone', {AT}, '1.1')
INSERT INTO request (kind, line_id, call_ref, created_at, closed_at, closed_by, outcome) VALUES
 ('callback', 1, '1.1', {AT}, NULL, NULL, NULL), ('callback', 1, '1.2', {AT}, {AT}, 'Odile', 'met'),
 ('voicemail', 2, '1.3', {AT}, NULL, NULL, NULL), ('missed', 2, '1.3', {AT}, NULL, NULL, NULL)
INSERT INTO voicemail (call_ref, file, seconds, left_at, request_id) VALUES ('1.3', '1.3.wav', 4, {AT}, 3)
"""
"""Rows in each table of the first schema; for rows that a later schema adds, one that is due and one that is not."""


@fault_case()
def migration_killed_at_every_statement(work: Workload, chance: Random) -> list[CallerExperience]:
    """A migration that is killed before any statement changes nothing; the next start migrates every row."""
    for schema, least in MIN_STATEMENTS.items():
        name = f"half_way_{schema}_{chance.getrandbits(32)}"  # a new database for each seed
        url = databases.server.create_database(name) if databases.server else f"sqlite:///{work.folder / name}"
        before = _rows(url, _create_schema(url, schema)) if schema else {}
        _killed_at_every_statement(url, least)
        if query(url, "SELECT version_num FROM alembic_version") != [(head_revision(),)]:
            raise GuaranteeBroken("the database does not have our schema")
        if is_sqlite(url) and query(url, "PRAGMA integrity_check") != [("ok",)]:
            raise GuaranteeBroken("the database is damaged")
        after = _rows(url, {table: columns for table, (columns, _) in before.items()}, RENAMED_TABLES, RENAMED_COLUMNS)
        if lost := [table for table, (_, rows) in before.items() if not rows or not rows <= after[table][1]]:
            raise GuaranteeBroken(f"from {schema} on, rows of these tables are missing: {', '.join(lost)}")
        for table, adopted in {"presence": 1, "callback": 2}.items() if schema else ():
            if (made := query(url, f"SELECT count(*) FROM {table}")) != [(adopted,)]:
                raise GuaranteeBroken(f"from {schema} on, {table} has {made} rows")
    return []


def _create_schema(url: str, schema: str) -> dict[str, list[str]]:
    """Creates the schema with rows; returns the columns of each table."""
    with closing(open_database(url)) as database, database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in re.split(r"\n(?=INSERT)", FIRST_SCHEMA_ROWS.strip()):
            connection.exec_driver_sql(statement)
        command.upgrade(config, schema)
        found = inspect(connection)
        tables = (table for table in found.get_table_names() if table not in ("alembic_version", "switch", "lease"))
        return {table: [column["name"] for column in found.get_columns(table)] for table in tables}


def _rows(
    url: str,
    columns: dict[str, list[str]],
    renamed_tables: Mapping[str, str] = {},
    renamed_columns: Mapping[str, Mapping[str, str]] = {},
) -> dict[str, tuple[list[str], set[str]]]:
    """The columns and the rows of each table, under the table's old name; `renamed_...` are the names now in force."""

    def read(table: str, names: list[str]) -> set[str]:
        table = renamed_tables.get(table, table)
        renamed = renamed_columns.get(table, {})
        listed = ", ".join(f'"{renamed.get(name, name)}"' for name in names)
        return {str(row) for row in query(url, f'SELECT {listed} FROM "{table}"')}

    return {table: (names, read(table, names)) for table, names in columns.items()}


def _killed_at_every_statement(url: str, least: int) -> None:
    dying = [sys.executable, "-c", KILLED_MIGRATION, url, *map(str, range(1, 1000))]
    done = subprocess.run(dying, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    if not done.stdout or int(done.stdout) < least:
        raise GuaranteeBroken(f"a start after {done.stdout or 'all'} of them failed: {done.stderr[-500:]}")


@fault_case()
def backup_under_load_restored_elsewhere(work: Workload, chance: Random) -> list[CallerExperience]:
    """Callbacks that were accepted before a backup are in it, and are to be checked after its restoration."""
    before, during = work.numbers(chance, 2)
    file = work.folder / "backup.tar.gz"
    lived = work.call([SimulatedCaller(before, (Press(keys="2", at_s=0.5),), stays_s=9)])
    work.wait_until_idle()
    of = "FROM callback JOIN request ON request.id = request_id JOIN line ON line.id = line_id WHERE closed_at IS NULL"
    given_up = f"SELECT e164, state {of} AND state IN ('missed', 'expired')"  # by earlier cases
    as_it_was = dict(query(work.reception.settings.sqlalchemy_url, given_up))
    caller = SimulatedCaller(during, (Press(keys="2", at_s=0.5),), stays_s=9)
    lived += work.call([caller], lambda: work.reception.run("backup", str(file)))
    elsewhere = Reception(work.folder / "elsewhere")
    try:
        elsewhere.run("restore", str(file), "--dry-run")
        if elsewhere.settings.var.exists():
            raise GuaranteeBroken("a dry run has left something behind")
        elsewhere.run("restore", str(file))
        database = elsewhere.settings.sqlalchemy_url
        states = dict(query(database, f"SELECT e164, state {of}"))
        others = {line: state for line, state in states.items() if line not in as_it_was}
        if states != others | as_it_was or others.get(before) != "to_check" or set(others.values()) != {"to_check"}:
            raise GuaranteeBroken(f"callbacks came back as {sorted(set(states.values()))}")
        if len(elsewhere.run("callback", "check").stdout.splitlines()) < len(others):
            raise GuaranteeBroken("not all of them are listed to be checked")
    finally:
        elsewhere.stop()
        shutil.rmtree(elsewhere.settings.var, ignore_errors=True)
        file.unlink(missing_ok=True)
    return lived
