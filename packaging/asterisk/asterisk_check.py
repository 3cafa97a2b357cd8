"""Checks that an Asterisk has everything that our dialplan uses.

It is started with our list of modules and our dialplan, without any port, and asked for its modules, applications,
functions and contexts.

    python3 asterisk_check.py unpacked FOLDER     the Asterisk unpacked in FOLDER
    python3 asterisk_check.py installed PROGRAM   an Asterisk of this machine

Exit code 0: it is suitable; its version is printed. 1: it is not; standard error says why.
It needs only Python, because script/prepare may run it before the virtual environment exists.
"""

import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
OLDEST = (22, 10, 1)  # as in standardiste/switchboard/asterisk.py
TOO_NEW = (24,)
ACCEPTED = "22.10.1 up to 23.x"
BOOT_S = 90

# Where Debian's package and an installation from source put the program.
PROGRAM_FOLDERS = "/usr/sbin:/usr/local/sbin"


class UnsuitableAsterisk(Exception):
    """This Asterisk cannot be used; str() gives the reason in whole sentences."""


@dataclass(frozen=True, slots=True)
class Asterisk:
    command: tuple[str, ...]
    modules: Path
    documentation: Path


@dataclass(frozen=True, slots=True)
class Requirements:
    modules: set[str]
    applications: set[str]
    functions: set[str]
    contexts: set[str]


def find_unpacked(folder: Path) -> Asterisk:
    """The Asterisk in this folder, started through its own loader because its C library is newer than the machine's.

    Raises UnsuitableAsterisk.
    """
    libraries = folder / "usr/lib" / f"{platform.machine()}-linux-gnu"
    loader = next(iter(sorted(libraries.glob("ld-linux-*.so.*"))), None)
    program = folder / "usr/sbin/asterisk"
    if loader is None or not program.is_file():
        raise UnsuitableAsterisk(f"There is no Asterisk for {platform.machine()} in {folder}.")
    command = (str(loader), "--library-path", str(libraries), str(program))
    return Asterisk(command, libraries / "asterisk/modules", folder / "usr/share/asterisk/documentation")


def find_installed(program: str) -> Asterisk:
    """The Asterisk of this machine with this name or path. Raises UnsuitableAsterisk."""
    path = shutil.which(program) or shutil.which(program, path=PROGRAM_FOLDERS)
    if path is None:
        raise UnsuitableAsterisk(f"There is no program {program} on this machine.")
    prefix = Path(path).resolve().parent.parent
    modules = [*prefix.glob("lib/*/asterisk/modules"), *prefix.glob("lib*/asterisk/modules")]
    documentation = [prefix / "share/asterisk/documentation", Path("/var/lib/asterisk/documentation")]
    documents = [folder for folder in documentation if folder.is_dir()]
    if not modules or not documents:
        raise UnsuitableAsterisk(f"{path} has no modules or no documentation beside it.")
    return Asterisk((path,), modules[0], documents[0])


def read_version(asterisk: Asterisk) -> str:
    """The version of this Asterisk, such as 22.10.1. Raises UnsuitableAsterisk without an acceptable version."""
    try:
        output = subprocess.run([*asterisk.command, "-V"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnsuitableAsterisk(f"{asterisk.command[-1]} does not start: {error}.") from error
    found = re.search(r"Asterisk (?:certified-)?(\d+(?:\.\d+)*)", output.stdout)
    if found is None:
        raise UnsuitableAsterisk(
            f"{asterisk.command[-1]} does not print its version. {output.stderr.strip()[:300]}".strip()
        )
    if not OLDEST <= tuple(map(int, found[1].split("."))) < TOO_NEW:
        raise UnsuitableAsterisk(f"It is Asterisk {found[1]}; accepted is {ACCEPTED}.")
    return found[1]


def read_requirements() -> Requirements:
    """What the files of this checkout use."""
    lists = [(_configuration_folder() / name).read_text() for name in ("modules.conf", "modules_browser.conf.j2")]
    modules = set(re.findall(r"^load = (\S+)", "".join(lists), re.MULTILINE))
    files = [
        *sorted((CHECKOUT / "dialplan").glob("*.conf")),
        _configuration_folder() / "extensions.conf.j2",
        _configuration_folder() / "cel_custom.conf",
    ]
    text = "\n".join(re.split(r"(?<!\\);", line)[0] for file in files for line in file.read_text().splitlines())
    return Requirements(
        modules,
        applications=set(re.findall(r"(?:exten => [^,\n]+,|same => )(?:\d+|n)(?:\(\w+\))?,(\w+)", text)),
        functions=set(re.findall(r"(?:\$\{|Set\()([A-Z][A-Z_]+)\(", text)),
        contexts=set(re.findall(r"^\[([\w-]+)\]", _dialplan_text(), re.MULTILINE)),
    )


def find_missing(asterisk: Asterisk, required: Requirements) -> list[str]:
    """What this Asterisk lacks, one phrase for each."""
    with tempfile.TemporaryDirectory(prefix="asterisk-") as scratch:
        output = _ask_running(asterisk, Path(scratch))
    running = set(re.findall(r"^(\S+\.so) .* Running ", output["module show"], re.MULTILINE))
    applications = _lower_names(r"^ +(\w+): ", output["core show applications"])
    functions = _lower_names(r"^(\w+) ", output["core show functions"])
    contexts = set(
        re.findall(r"^\[ Context '([\w-]+)' created by 'pbx_config' \]", output["dialplan show"], re.MULTILINE)
    )
    kinds = (
        ("the module", required.modules - running),
        ("the application", {name for name in required.applications if name.lower() not in applications}),
        ("the function", {name for name in required.functions if name.lower() not in functions}),
        ("the context", required.contexts - contexts),
    )
    return [f"{kind} {name}" for kind, names in kinds for name in sorted(names)]


def check(asterisk: Asterisk) -> str:
    """The version of this Asterisk, if it is suitable. Raises UnsuitableAsterisk."""
    number = read_version(asterisk)
    if missing := find_missing(asterisk, read_requirements()):
        raise UnsuitableAsterisk(f"Asterisk {number} lacks what the reception needs: {', '.join(missing)}.")
    return number


def _lower_names(pattern: str, output: str) -> set[str]:
    """In lower case, because Asterisk ignores the case of names of applications."""
    return {name.lower() for name in re.findall(pattern, output, re.MULTILINE)}


def _configuration_folder() -> Path:
    return CHECKOUT / "asterisk-conf"


def _dialplan_text() -> str:
    return "\n".join(file.read_text() for file in sorted((CHECKOUT / "dialplan").glob("*.conf")))


def _ask_running(asterisk: Asterisk, scratch: Path) -> dict[str, str]:
    """The output of each console command, by command."""
    conf = _write_configuration(asterisk, scratch)
    console = [*asterisk.command, "-C", str(conf), "-rx"]
    log = scratch / "output"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*asterisk.command, "-C", str(conf), "-f", "-n"], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + BOOT_S
        while "fully booted" not in _ask(console, "core waitfullybooted"):
            if process.poll() is not None or time.monotonic() > deadline:
                last = " ".join(log.read_text(errors="replace").splitlines()[-3:])
                raise UnsuitableAsterisk(f"It did not start with our modules. {last}".strip())
            time.sleep(0.2)
        questions = ("module show", "core show applications", "core show functions", "dialplan show")
        return {question: _ask(console, question) for question in questions}
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ask(console: list[str], question: str) -> str:
    try:
        return subprocess.run([*console, question], capture_output=True, text=True, timeout=BOOT_S, check=False).stdout
    except subprocess.TimeoutExpired:
        return ""


def _write_configuration(asterisk: Asterisk, scratch: Path) -> Path:
    """Our own files, or empty ones in place of templates, so that nothing listens and nothing is dialled."""
    etc = scratch / "etc"
    folders = ("etc", "spool", "log/asterisk/cel-custom", "asterisk/lib", "asterisk/run", "asterisk/spool")
    for folder in (*folders, "asterisk/data/moh", "asterisk/data/sounds"):
        (scratch / folder).mkdir(parents=True)
    (scratch / "asterisk/data/documentation").symlink_to(asterisk.documentation.resolve())
    for file in _configuration_folder().iterdir():
        if file.name == "modules_browser.conf.j2":
            (etc / file.stem).write_text(re.sub(r"{%.*?%}", "", file.read_text()))  # as with browser phones
        elif file.suffix == ".j2":
            (etc / file.stem).write_text("[general]\n" if file.stem in ("queues.conf", "rtp.conf") else "")
        else:
            shutil.copy(file, etc)
    files = sorted((CHECKOUT / "dialplan").glob("*.conf"))
    (etc / "extensions.conf").write_text("[general]\n" + "".join(f'#include "{file}"\n' for file in files))
    values = {"etc": etc, "modules": asterisk.modules.resolve(), "var": scratch, "files_max": 1024}
    text = (_configuration_folder() / "asterisk.conf.j2").read_text()
    conf = etc / "asterisk.conf"
    conf.write_text(re.sub(r"\{\{ (\w+) \}\}", lambda name: str(values[name[1]]), text))
    return conf


def main(kind: str, which: str) -> int:
    try:
        print(check(find_unpacked(Path(which)) if kind == "unpacked" else find_installed(which)))
    except UnsuitableAsterisk as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
