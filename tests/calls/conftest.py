"""A reception behind an operator's network, for all tests of a process."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import prepared_installations as prepared
import pytest
import switches
from carrier import Carrier
from databases import copy_installation
from overflow_centres import OverflowCentres
from reception import Reception

from records.overrides import OverrideName


@pytest.fixture(scope="session")
def prepared_installation(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """An installation with the prompts of the test plan, prepared once for all test processes."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    return prepared.prepare_with_test_plan(shared)


@pytest.fixture(scope="session")
def reception(prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    var = tmp_path_factory.mktemp("reception") / "var"
    reception = Reception.for_calls(copy_installation(prepared_installation, var))
    pause_callbacks(reception)
    reception.start()
    yield reception
    reception.stop()


@pytest.fixture(scope="session")
def carrier(reception: Reception, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    carrier = Carrier(
        reception.installation.asterisk, tmp_path_factory.mktemp("carrier") / "var", reception.settings.sip_port
    )
    carrier.start()
    yield carrier
    carrier.stop()


@pytest.fixture(scope="session")
def overflow_centres(
    prepared_installation: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OverflowCentres]:
    centres = OverflowCentres(
        Reception(prepared_installation).installation.asterisk, tmp_path_factory.mktemp("centres") / "var"
    )
    centres.start()
    yield centres
    centres.stop()


@pytest.fixture(scope="session")
def reception_with_centres(
    prepared_installation: Path, overflow_centres: OverflowCentres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reception]:
    """A reception with a trunk that leads to overflow centres."""
    var = tmp_path_factory.mktemp("outward") / "var"
    outward = Reception.for_calls(
        copy_installation(prepared_installation, var), trunks=json.dumps({"away": overflow_centres.trunk})
    )
    pause_callbacks(outward)
    outward.start()
    yield outward
    outward.stop()


def pause_callbacks(reception: Reception) -> None:
    """Pauses callbacks, so that those of one test do not stand before the callers of another."""
    switches.set_override(reception.database, OverrideName.CALLBACKS, True, by="test", at=datetime.now(UTC))


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, float], Path]:
    """An 8 kHz WAV of a tone, which identifies a speaker."""
    folder = tmp_path_factory.mktemp("tones")

    def make(hertz: int, seconds: float) -> Path:
        file = folder / f"{hertz}-{seconds:g}.wav"
        source = f"sine=frequency={hertz}:duration={seconds}:sample_rate=8000"
        subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", source, str(file)], check=True)
        return file

    return make
