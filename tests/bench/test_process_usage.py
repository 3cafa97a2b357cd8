"""Parsing of /proc for processes and sockets."""

import subprocess
import sys

import pytest

from bench.process_usage import ProcessTree, count_dropped_datagrams, parse_stat

UDP = [
    "  111: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 4711 2 0000000000000000 250",
    "  112: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 4712 2 0000000000000000 7",
]


def test_cpu_time_includes_children_that_have_ended() -> None:
    fields = ["S", "17", *["0"] * 9, "100", "20", "3", "4", *["0"] * 30]
    stat = parse_stat(f"4711 (a name) with (brackets) {' '.join(fields)}")
    assert (stat.parent, stat.cpu_s) == (17, pytest.approx(1.27))


def test_a_process_is_counted_with_its_descendants() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        ours = ProcessTree((process.pid,))
        while len(ours._tree()) < 2:
            assert process.poll() is None
        assert ours.cpu_s >= 0
        assert sum(ours.cpu_s_by_name().values()) == pytest.approx(ours.cpu_s, abs=0.05)
        assert ours.memory_kb > 2000
        process.communicate(b"\n")
    assert ProcessTree((process.pid,)).memory_kb == 0


def test_processes_have_the_name_of_the_command_that_they_serve() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()", "serve-calls"], stdin=subprocess.PIPE) as process:
        assert list(ProcessTree((process.pid,)).cpu_s_by_name()) == ["serve-calls"]
        process.communicate(b"\n")


def test_dropped_datagrams_are_counted_by_port() -> None:
    assert [count_dropped_datagrams(UDP, port) for port in (8080, 8081, 8082)] == [250, 7, 0]


def test_threads_are_listed_with_their_names_and_their_processor_time() -> None:
    code = "import threading; threading.Thread(target=input).start()"
    with subprocess.Popen([sys.executable, "-c", code, "serve-calls"], stdin=subprocess.PIPE) as process:
        tree = ProcessTree((process.pid,))
        while len(threads := list(tree.threads())) < 2:
            assert process.poll() is None
        assert {(each.process, each.process_name) for each in threads} == {(process.pid, "serve-calls")}
        assert process.pid in {each.thread for each in threads} and max(each.cpu_ms for each in threads) > 0
        process.communicate(b"\n")
