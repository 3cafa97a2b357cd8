"""Writes the tables of THIRD_PARTY_NOTICES.md from the lock files and the metadata of the installed packages.

.venv/bin/python requirements/third_party.py     after script/lock and script/prepare test
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
NOTICES = CHECKOUT / "THIRD_PARTY_NOTICES.md"

# Their metadata name no licence, or no exact one; their licence files were read.
READ_BY_HAND = {
    "axe-playwright-python": "MIT; its axe.min.js is axe-core, MPL-2.0",
    "blinker": "MIT",
    "click": "BSD-3-Clause",
    "flask-wtf": "BSD-3-Clause",
    "grimp": "BSD-2-Clause",
    "import-linter": "BSD-2-Clause",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "panoramisk": "MIT",
    "pathspec": "MPL-2.0",
    "psycopg-binary": "LGPL-3.0-only; its wheel carries libpq, OpenSSL, Kerberos and others",
    "pyst2": "its metadata name PSF, LGPL and Unlicense",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "sortedcontainers": "Apache-2.0",
    "supervisor": "BSD-derived (Repoze), with permissive parts of RDFLib and Medusa",
    "waitress": "ZPL-2.1",
    "wtforms": "BSD-3-Clause",
}
IDENTIFIERS = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "LGPL-3.0-or-later", "MIT", "MPL-2.0"}


class UnknownLicence(Exception):
    """str() says of which package, and what to do."""


def locked(name: str) -> list[str]:
    text = (CHECKOUT / "requirements" / f"{name}.lock").read_text()
    return sorted(set(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==", text, re.MULTILINE)))


def licence(package: str) -> str:
    if known := READ_BY_HAND.get(package):
        return known
    try:
        about = metadata(package)
    except PackageNotFoundError:
        raise UnknownLicence(f"{package} is locked and not installed; run script/prepare test.") from None
    for told in (about.get("License-Expression"), about.get("License")):
        if told and (told in IDENTIFIERS or told == about.get("License-Expression")):
            return told
    raise UnknownLicence(f"{package} names no exact licence; read it and add it to requirements/third_party.py.")


def table(name: str) -> str:
    rows = "".join(f"| {package} | {licence(package)} |\n" for package in locked(name))
    return f"| package | licence |\n|---|---|\n{rows}"


def with_tables(text: str) -> str:
    for name in ("run", "test"):
        start, end = f"<!-- {name}.lock -->\n", f"<!-- end of {name}.lock -->\n"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = f"{before}{start}{table(name)}{end}{after}"
    return text


if __name__ == "__main__":
    try:
        NOTICES.write_text(with_tables(NOTICES.read_text()))
    except UnknownLicence as why:
        sys.exit(str(why))
