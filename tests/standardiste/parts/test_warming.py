"""What the supervisor makes before it forks is what the parts use, while it is true."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copy_installation
from reception import Reception

from standardiste import installation as installations
from standardiste.installation import Installation, open_installation
from standardiste.parts import centre, console, forking, public
from standardiste.parts.asgi_server import import_protocols
from standardiste.parts.warming import warm_up


@pytest.fixture
def reception(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reception]:
    """An installation that is that of this process, and warm."""
    reception = Reception(copy_installation(prepared, tmp_path / "var"))
    for name, value in reception.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(installations, "_prepared", None)
    monkeypatch.setattr(forking, "_fill_gaps", lambda: None)  # the memory of the tests is no part's
    warm_up(Installation().settings)
    yield reception
    gc.unfreeze()
    reception.stop()


def test_a_part_uses_what_was_made_before_the_fork_and_reads_the_plan_itself(reception: Reception) -> None:
    installation = open_installation()

    assert installation is installations._prepared
    assert all(part.create_application.cache_info().currsize for part in (public, console, centre))
    assert set(vars(installation)) == {"_explicit_settings", "settings", "database"}
    assert installation.database._engine.pool.checkedin() == 0, "a connection must not cross a fork"  # type: ignore[attr-defined]
    assert installation.plan.numbers


def test_what_is_made_before_the_fork_has_no_library_complain(caplog: pytest.LogCaptureFixture) -> None:
    import_protocols()

    assert caplog.messages == []


def test_a_part_whose_settings_have_changed_since_makes_everything_anew(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDARDISTE_CALLS_AT_ONCE", "7")

    installation = open_installation()

    assert installation is not installations._prepared
    assert installation.settings.calls_at_once == 7
