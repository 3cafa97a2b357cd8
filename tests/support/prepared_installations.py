"""Prepared installations.

Their prompts are short sounds; tests marked `long` use the real voice, whose prompts are made once and then copied.
"""

import hashlib
import os
import shutil
from pathlib import Path

import short_prompts
from filelock import FileLock
from plan_variants import PLAN
from reception import Reception

from prompts.catalogue import all_prompts
from prompts.manifest import read_manifest
from routing.plan import parsing
from routing.sentences import list_sentences
from standardiste.cli import PRIVATE_UMASK
from standardiste.installation_folders import create_folders
from standardiste.preparation import SEED_PLAN
from standardiste.settings import CHECKOUT

CACHE = CHECKOUT / ".deps"


def prepare(var: Path) -> None:
    """`standardiste prepare` on an empty `var`."""
    if short_prompts.true_voice:
        _prepare_spoken(var)
        return
    reception = Reception(var)
    before = os.umask(PRIVATE_UMASK)
    try:
        create_folders(reception.settings)
        for plan in (SEED_PLAN, PLAN):
            prompts = all_prompts(list_sentences(parsing.parse_plan(plan.read_text(), plan.name)))
            short_prompts.put(reception.settings.sounds, prompts)
    finally:
        os.umask(before)
    reception.run("prepare")


def _prepare_spoken(var: Path) -> None:
    """Prepares an installation.

    Sounds are kept for later installations, in this run or another. The library knows each by its text and its voice,
    so that only new sentences are spoken; other code that makes sounds begins anew.
    """
    reception = Reception(var)
    sounds, kept = reception.settings.sounds, CACHE / f"spoken-{_rendering_hash()}"
    with FileLock(CACHE / "spoken.lock"):
        if kept.exists():
            create_folders(reception.settings)
            shutil.copytree(kept, sounds, dirs_exist_ok=True)
        reception.run("prepare")
        if read_manifest(kept).to_json() != read_manifest(sounds).to_json():
            for old in CACHE.glob("spoken-*"):
                shutil.rmtree(old)
            unfinished = CACHE / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            messages = shutil.ignore_patterns(reception.settings.messages.name)
            shutil.copytree(sounds, unfinished, ignore=messages).rename(kept)


def prepare_with_test_plan(shared: Path) -> Path:
    """A prepared `var` with the test plan, which the first process creates in `shared`; to be copied."""
    with FileLock(shared / "spoken.lock"):
        var = shared / "spoken"
        if not var.exists():
            prepare(var)
            Reception(var).run("plan", "publish", str(PLAN))
    return var


def _rendering_hash() -> str:
    """Of the code between a text and its sound; the texts themselves are in the manifest."""
    prompts = CHECKOUT / "prompts"
    sources = [*prompts.glob("audio/*.py"), *prompts.glob("voices/*.py"), prompts / "library.py"]
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sorted(sources))).hexdigest()[:12]
