"""Writes the tables of THIRD_PARTY_NOTICES.md from the lock files and the metadata of the installed packages.

.venv/bin/python requirements/third_party.py     after script/lock and script/prepare test
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
NOTICES = CHECKOUT / "THIRD_PARTY_NOTICES.md"

# Packages whose metadata name no exact licence; their licence files were read.
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
    "vobject": "Apache-2.0",
    "waitress": "ZPL-2.1",
    "wtforms": "BSD-3-Clause",
}
IDENTIFIERS = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "LGPL-3.0-or-later", "MIT", "MPL-2.0"}


class UnknownLicence(Exception):
    """str() names the package and what to do."""


def list_locked(name: str) -> list[str]:
    """The packages of requirements/<name>.lock."""
    text = (CHECKOUT / "requirements" / f"{name}.lock").read_text()
    return sorted(set(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==", text, re.MULTILINE)))


def find_licence(package: str) -> str:
    """The licence of an installed package. Raises UnknownLicence."""
    if known := READ_BY_HAND.get(package):
        return known
    try:
        about = metadata(package)
    except PackageNotFoundError:
        raise UnknownLicence(f"{package} is locked and not installed; run script/prepare test.") from None
    for licence in (about.get("License-Expression"), about.get("License")):
        if licence and (licence in IDENTIFIERS or licence == about.get("License-Expression")):
            return licence
    raise UnknownLicence(f"{package} names no exact licence; read it and add it to requirements/third_party.py.")


def render_table(name: str) -> str:
    """The table of the packages of requirements/<name>.lock, in Markdown."""
    rows = "".join(f"| {package} | {find_licence(package)} |\n" for package in list_locked(name))
    return f"| package | licence |\n|---|---|\n{rows}"


def replace_tables(text: str) -> str:
    """The text of the notices with current tables between its markers."""
    for name in ("run", "test"):
        start, end = f"<!-- {name}.lock -->\n", f"<!-- end of {name}.lock -->\n"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = f"{before}{start}{render_table(name)}{end}{after}"
    return text


if __name__ == "__main__":
    try:
        NOTICES.write_text(replace_tables(NOTICES.read_text()))
    except UnknownLicence as error:
        sys.exit(str(error))
