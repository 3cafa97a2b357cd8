"""Receptions written with other libraries (bench/peer_programs), each with an Asterisk of its own."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import ports
from reception import NUMBER, Reception, wait_for

from bench.installations import PreparedInstallation, start_asterisk, stop
from bench.peer_database import count_calls
from standardiste.settings import CHECKOUT

PROGRAMS, CONF = Path(__file__).parent / "peer_programs", Path(__file__).parent / "peer_conf"
PYTHON = CHECKOUT / ".deps" / "peers" / "bin" / "python"
PEERS = {
    "pyst2, FastAGI": "pyst2_fastagi",
    "pystrix, FastAGI": "pystrix_fastagi",
    "panoramisk, FastAGI": "panoramisk_fastagi",
    "aiohttp, ARI": "aiohttp_ari",
}
"""The programs, by the names of their columns."""


@contextmanager
def serve_peer(name: str, reception: Reception, stage: PreparedInstallation) -> Iterator[list[int]]:
    """Its Asterisk and its program. Raises SystemExit when it has noted no call: then it has measured nothing."""
    program, port = PEERS[name], ports.free()
    is_ari = program.endswith("ari")
    database = reception.settings.var / "peer.sqlite3"
    shutil.copy(stage.peer_database, database)
    before = count_calls(database)
    values = stage.dialplan_values(reception)
    _write_configuration(reception, "Stasis(bench)" if is_ari else f"AGI(agi://127.0.0.1:{port}/reception)", port)
    arguments = [str(port), str(database), values["menu"], values["message"], values["first_key_s"]]
    asterisk = start_asterisk(reception)
    with (reception.settings.var / "peer.log").open("wb") as log:
        serving = subprocess.Popen([PYTHON, PROGRAMS / f"{program}.py", *arguments], stdout=log, stderr=log)
    try:
        cli = reception.installation.asterisk_cli
        wait_for(
            lambda: "bench" in cli.run("ari show apps") if is_ari else _is_listening(port),
            f"{name} to serve; see {log.name}",
        )
        yield [asterisk.pid, serving.pid]
        if count_calls(database) == before:
            raise SystemExit(f"{name} has noted no call; see {log.name}.")
    finally:
        stop(serving, asterisk)


def _write_configuration(reception: Reception, application: str, port: int) -> None:
    etc = reception.settings.asterisk_etc
    text = Template((CONF / "extensions.conf").read_text())
    (etc / "extensions.conf").write_text(text.substitute(number=NUMBER, application=application))
    if application.startswith("Stasis"):
        (etc / "ari.conf").write_text((CONF / "ari.conf").read_text())
        (etc / "http.conf").write_text(Template((CONF / "http.conf").read_text()).substitute(port=port))
        with (etc / "modules.conf").open("a") as modules:
            modules.write((CONF / "modules.conf").read_text())


def _is_listening(port: int) -> bool:
    """By the kernel's table (proc(5)): a connection would be taken for a call, and one that says nothing stops some."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(fields[1].endswith(f":{port:04X}") and fields[3] == "0A" for fields in map(str.split, lines))
