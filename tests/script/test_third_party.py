"""THIRD_PARTY_NOTICES.md names each locked package with its licence."""

import re

import pytest
import third_party

from standardiste.settings import CHECKOUT

TEXT = third_party.NOTICES.read_text()


def rows(name: str) -> dict[str, str]:
    [part] = re.findall(rf"<!-- {name}\.lock -->\n(.*?)<!-- end of {name}\.lock -->", TEXT, re.DOTALL)
    return dict(re.findall(r"^\| ([a-z0-9._-]+) \| (.+) \|$", part, re.MULTILINE)[1:])


@pytest.mark.parametrize("name", ["run", "test"])
def test_exactly_the_locked_packages_are_listed(name: str) -> None:
    assert len(third_party.list_locked(name)) > 20
    assert sorted(rows(name)) == third_party.list_locked(name)


@pytest.mark.parametrize("name", ["run", "test"])
def test_the_licences_are_those_of_the_installed_packages(name: str) -> None:
    listed, differing = rows(name), []
    for package in third_party.list_locked(name):
        try:
            if listed[package] != third_party.find_licence(package):
                differing.append(package)
        except third_party.UnknownLicence as unknown:  # locked for another version of Python
            if "not installed" not in str(unknown):
                raise
    assert differing == []


def test_licences_read_by_hand_are_of_locked_packages_only() -> None:
    assert third_party.READ_BY_HAND.keys() <= {*third_party.list_locked("run"), *third_party.list_locked("test")}


def test_a_package_with_an_unknown_licence_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(third_party.READ_BY_HAND, "click")
    with pytest.raises(third_party.UnknownLicence, match="click names no exact licence"):
        third_party.find_licence("click")


def test_asterisk_is_listed_and_not_distributed() -> None:
    assert "| Asterisk | GPL-2.0" in TEXT
    assert not [path for path in (CHECKOUT / "packaging" / "asterisk").iterdir() if path.suffix in (".deb", ".so")]


def test_no_file_contains_a_copyright_notice_of_another_project() -> None:
    """Files copied from another project would have to be listed in the notices."""
    notice = re.compile(r"copyright \(c\)|@license|licensed under", re.IGNORECASE)
    files = [
        file
        for folder in CHECKOUT.iterdir()
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in ("tests", "var")
        for file in folder.rglob("*")
        if file.suffix in (".js", ".css", ".svg", ".html", ".xml", ".py") and file.is_file()
    ]
    assert len(files) > 100
    assert [file.name for file in files if notice.search(file.read_text(errors="replace"))] == []
