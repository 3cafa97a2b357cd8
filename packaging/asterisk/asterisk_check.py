"""Does an Asterisk do what our dialplan asks of it? It is started with our list of modules and with our dialplan, on no
port at all, and is asked for its modules, applications, functions and contexts.

    python3 asterisk_check.py unpacked FOLDER     the one that was unpacked there
    python3 asterisk_check.py installed PROGRAM   one of this machine

Exit code 0: it serves, and its version is printed. 1: it does not, and standard error says why.
Needs nothing but Python, since script/prepare may run it before the virtual environment is there.
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

# Where Asterisk looks for a program by itself: Debian's folder and that of an installation from source.
PLACES = "/usr/sbin:/usr/local/sbin"


class Unfit(Exception):
    """This Asterisk does not serve; str() says why, in whole sentences."""


@dataclass(frozen=True, slots=True)
class Asterisk:
    command: tuple[str, ...]
    modules: Path
    documentation: Path


@dataclass(frozen=True, slots=True)
class Needs:
    modules: set[str]
    applications: set[str]
    functions: set[str]
    contexts: set[str]


def unpacked(folder: Path) -> Asterisk:
    """Started through its own loader, since its C library is newer than the machine's."""
    libraries = folder / "usr/lib" / f"{platform.machine()}-linux-gnu"
    loader = next(iter(sorted(libraries.glob("ld-linux-*.so.*"))), None)
    program = folder / "usr/sbin/asterisk"
    if loader is None or not program.is_file():
        raise Unfit(f"There is no Asterisk for {platform.machine()} in {folder}.")
    command = (str(loader), "--library-path", str(libraries), str(program))
    return Asterisk(command, libraries / "asterisk/modules", folder / "usr/share/asterisk/documentation")


def installed(program: str) -> Asterisk:
    path = shutil.which(program) or shutil.which(program, path=PLACES)
    if path is None:
        raise Unfit(f"There is no program {program} on this machine.")
    prefix = Path(path).resolve().parent.parent
    modules = [*prefix.glob("lib/*/asterisk/modules"), *prefix.glob("lib*/asterisk/modules")]
    documentation = [prefix / "share/asterisk/documentation", Path("/var/lib/asterisk/documentation")]
    documents = [folder for folder in documentation if folder.is_dir()]
    if not modules or not documents:
        raise Unfit(f"{path} has no modules or no documentation beside it.")
    return Asterisk((path,), modules[0], documents[0])


def version(asterisk: Asterisk) -> str:
    """Its version, such as 22.10.1. Raises Unfit when it has none, or one that is not accepted."""
    try:
        said = subprocess.run([*asterisk.command, "-V"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unfit(f"{asterisk.command[-1]} does not start: {error}.") from error
    found = re.search(r"Asterisk (?:certified-)?(\d+(?:\.\d+)*)", said.stdout)
    if found is None:
        raise Unfit(f"{asterisk.command[-1]} does not tell its version. {said.stderr.strip()[:300]}".strip())
    if not OLDEST <= tuple(map(int, found[1].split("."))) < TOO_NEW:
        raise Unfit(f"It is Asterisk {found[1]}, and {ACCEPTED} is accepted.")
    return found[1]


def needs() -> Needs:
    """What the files of this checkout use."""
    modules = set(re.findall(r"^load = (\S+)", (_conf() / "modules.conf").read_text(), re.MULTILINE))
    files = [
        *sorted((CHECKOUT / "dialplan").glob("*.conf")),
        _conf() / "extensions.conf.j2",
        _conf() / "cel_custom.conf",
    ]
    text = "\n".join(re.split(r"(?<!\\);", line)[0] for file in files for line in file.read_text().splitlines())
    return Needs(
        modules,
        applications=set(re.findall(r"(?:exten => [^,\n]+,|same => )(?:\d+|n)(?:\(\w+\))?,(\w+)", text)),
        functions=set(re.findall(r"(?:\$\{|Set\()([A-Z][A-Z_]+)\(", text)),
        contexts=set(re.findall(r"^\[([\w-]+)\]", _dialplan(), re.MULTILINE)),
    )


def lacks(asterisk: Asterisk, needed: Needs) -> list[str]:
    """What it lacks, one phrase each."""
    with tempfile.TemporaryDirectory(prefix="asterisk-") as scratch:
        said = _answers(asterisk, Path(scratch))
    running = set(re.findall(r"^(\S+\.so) .* Running ", said["module show"], re.MULTILINE))
    applications = _names(r"^ +(\w+): ", said["core show applications"])
    functions = _names(r"^(\w+) ", said["core show functions"])
    contexts = set(
        re.findall(r"^\[ Context '([\w-]+)' created by 'pbx_config' \]", said["dialplan show"], re.MULTILINE)
    )
    kinds = (
        ("the module", needed.modules - running),
        ("the application", {name for name in needed.applications if name.lower() not in applications}),
        ("the function", {name for name in needed.functions if name.lower() not in functions}),
        ("the context", needed.contexts - contexts),
    )
    return [f"{kind} {name}" for kind, names in kinds for name in sorted(names)]


def check(asterisk: Asterisk) -> str:
    """Its version. Raises Unfit."""
    number = version(asterisk)
    if lacking := lacks(asterisk, needs()):
        raise Unfit(f"Asterisk {number} does not load what the reception needs: {', '.join(lacking)}.")
    return number


def _names(pattern: str, said: str) -> set[str]:
    """Asterisk finds applications by their name in any case."""
    return {name.lower() for name in re.findall(pattern, said, re.MULTILINE)}


def _conf() -> Path:
    return CHECKOUT / "asterisk-conf"


def _dialplan() -> str:
    return "\n".join(file.read_text() for file in sorted((CHECKOUT / "dialplan").glob("*.conf")))


def _answers(asterisk: Asterisk, scratch: Path) -> dict[str, str]:
    """What its console answers to each of our questions."""
    conf = _write(asterisk, scratch)
    console = [*asterisk.command, "-C", str(conf), "-rx"]
    log = scratch / "said"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*asterisk.command, "-C", str(conf), "-f", "-n"], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + BOOT_S
        while "fully booted" not in _ask(console, "core waitfullybooted"):
            if process.poll() is not None or time.monotonic() > deadline:
                last = " ".join(log.read_text(errors="replace").splitlines()[-3:])
                raise Unfit(f"It did not start with our modules. {last}".strip())
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


def _write(asterisk: Asterisk, scratch: Path) -> Path:
    """Our own files where they need no values; empty ones where they do. Nothing listens, and nobody is dialled."""
    etc = scratch / "etc"
    folders = ("etc", "spool", "log/asterisk/cel-custom", "asterisk/lib", "asterisk/run", "asterisk/spool")
    for folder in (*folders, "asterisk/data/moh", "asterisk/data/sounds"):
        (scratch / folder).mkdir(parents=True)
    (scratch / "asterisk/data/documentation").symlink_to(asterisk.documentation.resolve())
    for file in _conf().iterdir():
        if file.suffix == ".j2":
            (etc / file.stem).write_text("[general]\n" if file.stem in ("queues.conf", "rtp.conf") else "")
        else:
            shutil.copy(file, etc)
    files = sorted((CHECKOUT / "dialplan").glob("*.conf"))
    (etc / "extensions.conf").write_text("[general]\n" + "".join(f'#include "{file}"\n' for file in files))
    values = {"etc": etc, "modules": asterisk.modules.resolve(), "var": scratch}
    text = (_conf() / "asterisk.conf.j2").read_text()
    conf = etc / "asterisk.conf"
    conf.write_text(re.sub(r"\{\{ (\w+) \}\}", lambda name: str(values[name[1]]), text))
    return conf


def main(kind: str, which: str) -> int:
    try:
        print(check(unpacked(Path(which)) if kind == "unpacked" else installed(which)))
    except Unfit as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
