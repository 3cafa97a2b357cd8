"""The import contracts of pyproject.toml refuse what they are there to refuse, and the code stays in short pieces."""

import ast
import copy
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
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


MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_ARGUMENTS = 300, 50, 6
REASON = "More than six arguments:"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture(scope="module")
def sources() -> Mapping[Path, str]:
    """Every module but migrations, which tell one step each and do not change any more."""
    files = (file for folder in (*PACKAGES, "bench") for file in (CHECKOUT / folder).rglob("*.py"))
    return {file: file.read_text() for file in files if "versions" not in file.parts}


@pytest.fixture(scope="module")
def functions(sources: Mapping[Path, str]) -> Mapping[str, Function]:
    """By file and line."""
    return {
        f"{file.relative_to(CHECKOUT)}:{node.lineno}": node
        for file, source in sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, Function)
    }


def test_no_file_is_long(sources: Mapping[Path, str]) -> None:
    assert [file for file, source in sources.items() if source.count("\n") > MAX_FILE_LINES] == []


def test_no_function_is_long(functions: Mapping[str, Function]) -> None:
    lengths = {where: (node.end_lineno or 0) - node.lineno + 1 for where, node in functions.items()}
    assert {where: length for where, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


def test_a_function_with_many_arguments_says_why(functions: Mapping[str, Function]) -> None:
    many = {where for where, node in functions.items() if len(list(argument_names(node))) > MAX_ARGUMENTS}
    assert {where for where in many if not has_reason(functions[where])} == set()
    assert any(not is_command(functions[where]) for where in many)  # the reasons are found


def argument_names(node: Function) -> Iterator[str]:
    """Those that a caller gives."""
    listed = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg)
    yield from (each.arg for each in listed if each and each.arg not in ("self", "cls"))


def has_reason(node: Function) -> bool:
    return is_command(node) or REASON in (ast.get_docstring(node) or "")


def is_command(node: Function) -> bool:
    """Whether click calls it, with an argument for each option."""
    return any(ast.unparse(decorator).startswith("click.option(") for decorator in node.decorator_list)
