"""Asterisk gets the part of its documentation without which it does not start."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from standardiste.switchboard.asterisk import find_asterisk
from standardiste.switchboard.asterisk_documentation import write_documentation

FILE = "core-en_US.xml"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    folder = tmp_path / "documentation"
    write_documentation(find_asterisk().documentation, folder)
    return folder / FILE


def test_options_and_synopses_stay_and_long_texts_go(written: Path) -> None:
    whole = ElementTree.parse(find_asterisk().documentation / FILE).getroot()
    kept = ElementTree.parse(written).getroot()

    for kind in ("configInfo", "configObject", "configOption"):
        assert [it.get("name") for it in kept.iter(kind)] == [it.get("name") for it in whole.iter(kind)]
    for described in ("application", "function", "manager"):
        assert [it.findtext("synopsis") for it in kept.iter(described)] == [
            it.findtext("synopsis") for it in whole.iter(described)
        ]
    assert not list(kept.iter("description"))
    assert written.stat().st_mode & 0o777 == 0o600


def test_it_is_written_again_only_for_another_asterisk(written: Path) -> None:
    before = written.stat().st_ino
    write_documentation(find_asterisk().documentation, written.parent)
    assert written.stat().st_ino == before

    written.touch()
    write_documentation(find_asterisk().documentation, written.parent)
    assert written.stat().st_ino != before


def test_the_link_of_a_former_version_becomes_a_folder(tmp_path: Path) -> None:
    documentation = find_asterisk().documentation
    (tmp_path / "documentation").symlink_to(documentation)

    write_documentation(documentation, tmp_path / "documentation")

    assert not (tmp_path / "documentation").is_symlink()
    assert (tmp_path / "documentation" / FILE).stat().st_size < (documentation / FILE).stat().st_size / 4
