"""Prepared installations; what they say is spoken once, and said again by copying."""

import hashlib
import shutil
from pathlib import Path

from filelock import FileLock
from plans import PLAN
from reception import Reception

from standardiste import rundir
from standardiste.settings import CHECKOUT

KEPT = CHECKOUT / ".deps"


def prepare(var: Path) -> None:
    """`standardiste prepare` on an empty `var`. Sounds are kept for those that come after, in this run or another, as
    long as nothing in `prompts/` has changed; the voice then has only new words to say."""
    reception = Reception(var)
    kept = KEPT / f"spoken-{_made_by()}"
    with FileLock(KEPT / "spoken.lock"):
        if kept.exists():
            rundir.make_folders(reception.settings)
            shutil.copytree(kept, reception.settings.sounds, dirs_exist_ok=True)
        reception.run("prepare")
        if not kept.exists():
            for old in KEPT.glob("spoken-*"):
                shutil.rmtree(old)
            unfinished = KEPT / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            messages = shutil.ignore_patterns(reception.settings.messages.name)
            shutil.copytree(reception.settings.sounds, unfinished, ignore=messages).rename(kept)


def spoken(shared: Path) -> Path:
    """A prepared `var` with the test plan in force, made in `shared` by whoever comes first; to be copied."""
    with FileLock(shared / "spoken.lock"):
        var = shared / "spoken"
        if not var.exists():
            prepare(var)
            Reception(var).run("plan", "publish", str(PLAN))
    return var


def _made_by() -> str:
    sources = sorted((CHECKOUT / "prompts").glob("*.py"))
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]
