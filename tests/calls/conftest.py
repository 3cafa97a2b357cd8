"""A reception and the operator's network in front of it, once for the tests of a process."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import spoken as prepared
from bases import copied
from carrier import Carrier
from centres import Centres
from reception import Reception

from records import switches
from records.switches import SwitchName


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The sounds of the test plan, spoken once for all test processes."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    return prepared.spoken(shared)


@pytest.fixture(scope="session")
def reception(spoken: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    var = tmp_path_factory.mktemp("reception") / "var"
    reception = Reception(copied(spoken, var))
    promise_only(reception)
    reception.start()
    yield reception
    reception.stop()


@pytest.fixture(scope="session")
def carrier(reception: Reception, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    carrier = Carrier(reception.house.asterisk, tmp_path_factory.mktemp("carrier") / "var", reception.settings.sip_port)
    carrier.start()
    yield carrier
    carrier.stop()


@pytest.fixture(scope="session")
def centres(spoken: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centres]:
    centres = Centres(Reception(spoken).house.asterisk, tmp_path_factory.mktemp("centres") / "var")
    centres.start()
    yield centres
    centres.stop()


@pytest.fixture(scope="session")
def outward(spoken: Path, centres: Centres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """A reception with a trunk that leads to overflow centres."""
    var = tmp_path_factory.mktemp("outward") / "var"
    outward = Reception(copied(spoken, var), trunks=json.dumps({"away": centres.trunk}))
    promise_only(outward)
    outward.start()
    yield outward
    outward.stop()


def promise_only(reception: Reception) -> None:
    """Whoever is promised a callback in one test must not stand in line before the callers of another."""
    switches.turn(reception.base, SwitchName.CALLBACKS, True, by="test", at=datetime.now(UTC))


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, float], Path]:
    """An 8 kHz WAV of a tone: what somebody says who can be recognised for certain."""
    folder = tmp_path_factory.mktemp("tones")

    def make(hertz: int, seconds: float) -> Path:
        file = folder / f"{hertz}-{seconds:g}.wav"
        source = f"sine=frequency={hertz}:duration={seconds}:sample_rate=8000"
        subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", source, str(file)], check=True)
        return file

    return make
