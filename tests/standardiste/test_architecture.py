"""The import contracts of pyproject.toml refuse what they are there to refuse."""

import copy
import sys
from collections.abc import Mapping
from typing import Any

import grimp
import pytest
from grimp import ImportGraph
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract

from standardiste.settings import CHECKOUT

CONFIGURATION = read_configuration(str(CHECKOUT / "pyproject.toml"))
PACKAGES: list[str] = CONFIGURATION["session_options"]["root_packages"]
LIBRARIES: Mapping[str, Any] = next(
    contract for contract in CONFIGURATION["contracts_options"] if contract["name"].startswith("A library stays")
)
FENCED: list[str] = LIBRARIES["forbidden_modules"]
ALLOWED = {tuple(line.split(" -> ")) for line in LIBRARIES["ignore_imports"]}
PLANTED = "planted"


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def violations(graph: ImportGraph) -> set[tuple[str, str]]:
    """The importers and the libraries that the contract refuses in this graph."""
    options = {name: value for name, value in LIBRARIES.items() if name not in ("name", "type")}
    contract = ForbiddenContract(LIBRARIES["name"], CONFIGURATION["session_options"], options)
    found = contract.check(graph=copy.deepcopy(graph), verbose=False).metadata["invalid_chains"]
    return {(chain[0]["importer"], chain[0]["imported"]) for each in found for chain in each["chains"]}


def test_every_library_is_refused_outside_the_files_that_are_named_for_it(graph: ImportGraph) -> None:
    planted = copy.deepcopy(graph)
    expected = set()
    folders = {module.rpartition(".")[0] for module in graph.modules if "." in module} | set(PACKAGES)
    for library in FENCED:
        rooms = [
            importer.removesuffix(".**") for importer, imported in ALLOWED if imported == library and "**" in importer
        ]
        if library not in planted.modules:
            planted.add_module(library, is_squashed=True)
        for folder in folders:
            planted.add_import(importer=f"{folder}.{PLANTED}", imported=library)
            if not any(f"{folder}.".startswith(f"{room}.") for room in rooms):
                expected.add((f"{folder}.{PLANTED}", library))

    assert {violation for violation in violations(planted) if violation[0].endswith(PLANTED)} == expected
    assert {library for _, library in expected} == set(FENCED)


def test_every_library_that_we_import_is_fenced(graph: ImportGraph) -> None:
    imported = {module.partition(".")[0] for module in graph.modules} - set(PACKAGES) - sys.stdlib_module_names
    assert imported - set(FENCED) == set()


def test_every_package_is_watched() -> None:
    assert LIBRARIES["source_modules"] == PACKAGES
    packages = {file.parent.name for file in CHECKOUT.glob("*/__init__.py")}
    assert packages == set(PACKAGES)
