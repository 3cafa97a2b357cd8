"""What `script/bench --profile` makes of what it has counted."""

import json
from pathlib import Path

from bench import profile

THREADS = """\
0x7f3bd2ffd6c0 123456 default_tps_processing_function started at [  206] taskprocessor.c default_listener_start()
0x7f3bd307a6c0   4711 netconsole           started at [ 1756] asterisk.c listener()
2 threads listed.
"""


def test_threads_of_asterisk_have_the_names_that_it_gives_them() -> None:
    assert profile._THREAD.findall(THREADS) == [("123456", "default_tps_processing_function"), ("4711", "netconsole")]


def test_statements_of_several_workers_and_threads_of_one_pool_are_added(tmp_path: Path) -> None:
    (tmp_path / "serve-calls-11.json").write_text(
        json.dumps([[2, "agi_1", "SELECT\n 1", 3, 1.5], [1, "x", "S", 1, 1.0]])
    )
    (tmp_path / "serve-calls-12.json").write_text(json.dumps([[2, "agi_2", "SELECT 1", 2, 0.5]]))

    assert profile._read_statements(tmp_path)[2] == {("serve-calls", "agi", "SELECT 1"): (5, 2.0)}
