"""The documents name what exists: files, modules, commands and their options, settings, contexts, decisions."""

import re
from importlib import import_module
from pathlib import Path

import click
import pytest

from standardiste import commands
from standardiste.cli import main
from standardiste.settings import CHECKOUT, Settings

DOCUMENTS = [CHECKOUT / "README.md", CHECKOUT / "SECURITY.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
CHANGELOG = CHECKOUT / "CHANGELOG.md"
"""Its entries also name removed things, so only its links are checked."""
LINK = re.compile(r"\]\(([^)#\s]+)")
BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```|^((?: {4}\S[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]{1,120})`")
PATH = re.compile(r"[\w.*<>-]+(?:/[\w.*<>-]+)+/?")
SOURCE_SUFFIXES = {".py", ".conf", ".j2", ".md", ".html", ".lock", ".po"}
ELSEWHERE = ("var/", ".deps/", "secrets/", "debian/", "dists/")
"""Folders that are made at run time, or that belong to other projects."""
MODULE = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
FILE_SUFFIXES = (".py", ".conf", ".toml", ".json", ".yaml", ".example")
COMMAND = re.compile(r"(?:^|(?<=\s)|(?<=script/)|(?<=bin/))standardiste +([a-z][a-z-]*(?: [^;|)]*)?)(?=$|[;|)])")
CONTEXT = re.compile(r"^\[([a-z-]+)\]", re.MULTILINE)
DECISION = re.compile(r"\bdecision (\d+)")
VARIABLE = re.compile(r"\bSTANDARDISTE_([A-Z_]*[A-Z])\b")
NOT_SETTINGS = {"CONFIG"}
"""Names the settings file itself."""


def _name(document: Path) -> str:
    return str(document.relative_to(CHECKOUT))


each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=_name)


def _spans(document: Path) -> list[str]:
    """What stands between backticks, outside of code blocks."""
    return [" ".join(span.split()) for span in SPAN.findall(BLOCK.sub("", document.read_text()))]


def _block_lines(document: Path) -> list[str]:
    blocks = ["".join(block) for block in BLOCK.findall(document.read_text())]
    return [line.strip() for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("document", [*DOCUMENTS, CHANGELOG], ids=_name)
def test_each_relative_link_leads_to_a_file(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


@each_document
def test_each_path_of_the_checkout_exists(document: Path) -> None:
    words = [word.strip("`,;:()") for line in [*_spans(document), *_block_lines(document)] for word in line.split()]
    assert [word for word in words if _is_path(word) and not _path_exists(word)] == []


def _is_path(word: str) -> bool:
    if not PATH.fullmatch(word) or word.startswith(ELSEWHERE):
        return False
    return (CHECKOUT / word.split("/")[0]).is_dir() or Path(word).suffix in SOURCE_SUFFIXES


def _path_exists(path: str) -> bool:
    return any(CHECKOUT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))


@each_document
def test_each_module_exists(document: Path) -> None:
    folders = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")}
    names = [
        span
        for span in _spans(document)
        if MODULE.fullmatch(span) and span.split(".")[0] in folders and not span.endswith(FILE_SUFFIXES)
    ]
    assert [name for name in names if not _module_exists(name)] == []


def _module_exists(name: str) -> bool:
    """Whether `name` is a module or a name in one."""
    try:
        import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return bool(module) and _module_exists(module) and hasattr(import_module(module), attribute)
    return True


@each_document
def test_each_command_and_option_exists(document: Path) -> None:
    typed = {line: _commands_in(line) for line in [*_spans(document), *_block_lines(document)]}
    problems = {line: [problem for words in lines if (problem := _problem(words))] for line, lines in typed.items()}
    assert {line: problem for line, problem in problems.items() if problem} == {}


def _commands_in(line: str) -> list[list[str]]:
    """The words after each `standardiste`, or those of a span that begins with a command and has a second word."""
    line = line.partition("  #")[0]
    if explicit := COMMAND.findall(line):
        return [words.split() for words in explicit]
    words = line.split()
    return [words] if len(words) > 1 and words[0] in commands.MODULE_BY_COMMAND else []


def _problem(words: list[str]) -> str | None:
    context, command = click.Context(main), main.get_command(click.Context(main), words[0])
    if command is None:
        return f"there is no command {words[0]}"
    arguments = words[1:]
    while isinstance(command, click.Group) and arguments and re.fullmatch(r"[a-z][a-z-]*", arguments[0]):
        command = command.get_command(context, arguments[0])
        if command is None or command.hidden:
            return f"there is no command {arguments[0]}"
        arguments = arguments[1:]
    options = {
        spelling
        for option in command.get_params(context)
        if not getattr(option, "hidden", False)
        for spelling in (*option.opts, *option.secondary_opts)
    }
    unknown = [word for word in arguments if word.startswith("--") and word.partition("=")[0] not in options]
    return f"there is no option {unknown[0]}" if unknown else None


@each_document
def test_each_variable_is_a_setting(document: Path) -> None:
    names = {name.lower() for name in VARIABLE.findall(document.read_text())} - {name.lower() for name in NOT_SETTINGS}
    assert names - set(Settings.model_fields) == set()


@each_document
def test_each_dialplan_context_exists(document: Path) -> None:
    dialplan = [*CHECKOUT.glob("dialplan/*.conf"), CHECKOUT / "asterisk-conf" / "extensions.conf.j2"]
    contexts = {name for file in dialplan for name in CONTEXT.findall(file.read_text())}
    assert [span for span in _spans(document) if CONTEXT.fullmatch(span) and span[1:-1] not in contexts] == []


@each_document
def test_each_decision_exists(document: Path) -> None:
    numbers = {int(file.name[:4]) for file in (CHECKOUT / "docs" / "decisions").glob("*.md")}
    cited = {int(number) for number in DECISION.findall(document.read_text())}
    assert cited - numbers == set()


def test_each_folder_of_the_listing_exists_and_none_is_missing() -> None:
    text = (CHECKOUT / "docs" / "architecture.md").read_text()
    listing = next("".join(block) for block in BLOCK.findall(text) if "".join(block).startswith("standardiste/"))
    listed, parent = [], ""
    for line in listing.splitlines():
        names = re.findall(r"[\w-]+(?=/)", line.strip().split("  ")[0])
        if not line.startswith(" "):
            parent = ""
        listed += [f"{parent}{name}" for name in names]
        if not line.startswith(" ") and names:
            parent = f"{names[0]}/"

    assert [name for name in listed if not (CHECKOUT / name).is_dir()] == []
    packages = {path.parent.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.glob("*/__init__.py")}
    assert packages - set(listed) == set()
