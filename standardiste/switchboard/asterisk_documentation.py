"""Gives Asterisk the part of its own documentation without which it does not start.

Asterisk keeps the whole documentation in memory, as a tree: 26 of its 41 MB, measured with 22.10.1. It refuses to load
a module whose options are not documented, and logs a warning for each function or action without a synopsis.
https://docs.asterisk.org/Development/Reference-Information/Asterisk-Framework-and-API-Examples/ (XML documentation)
"""

import os
import shutil
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_NEVER_READ = ("module", "info")
_OPTIONS = "configInfo"
_TEXTS = ("description", "see-also")
_KEPT = ("synopsis", "syntax")


def write_documentation(documentation: Path, folder: Path) -> None:
    """Writes what is needed of the files in `documentation` to `folder`, unless it was made of these files already.

    Raises OSError.
    """
    if folder.is_symlink():  # former versions gave Asterisk all of it
        folder.unlink()
    for source in sorted(documentation.rglob("*.xml")):
        target = folder / source.relative_to(documentation)
        if _is_made_of(source, target):
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _shorten(source, target)


def _is_made_of(source: Path, target: Path) -> bool:
    return target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns


def _shorten(source: Path, target: Path) -> None:
    tree = ElementTree.parse(source)
    root = tree.getroot()
    root[:] = [element for element in root if element.tag not in _NEVER_READ]
    for element in root:
        if element.tag == _OPTIONS:
            _remove_texts(element)
        else:
            _keep_synopsis(element)
    temporary = target.with_suffix(".new")
    temporary.touch(mode=0o600)
    tree.write(temporary, encoding="utf-8", xml_declaration=True)
    shutil.copystat(source, temporary)
    temporary.chmod(0o600)
    os.replace(temporary, target)


def _remove_texts(options: Element) -> None:
    for element in options.iter():
        element[:] = [child for child in element if child.tag not in _TEXTS]


def _keep_synopsis(element: Element) -> None:
    element[:] = [child for child in element if child.tag in _KEPT]
    for child in element:
        if child.tag == "syntax":
            child.clear()
