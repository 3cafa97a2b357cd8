"""Prepared installations.

Their prompts are short sounds; tests marked `long` use the real voice. Both are made once and then copied.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import short_prompts
from databases import copy_installation
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
    """`standardiste prepare` on an empty `var`.

    Sounds are kept for later installations, in this run or another. The library knows each by its text and its voice,
    so that only new sentences are made; other code that makes sounds begins anew.
    """
    reception = Reception(var)
    sounds, music = reception.settings.sounds, reception.settings.music_on_hold
    kind = "spoken" if short_prompts.true_voice else "short"
    kept = CACHE / f"{kind}-{_rendering_hash()}"
    with FileLock(CACHE / "spoken.lock"), _private_umask():
        create_folders(reception.settings)
        if kept.exists():
            shutil.copytree(kept / "sounds", sounds, dirs_exist_ok=True)
            shutil.copytree(kept / "music", music, dirs_exist_ok=True)
        if not short_prompts.true_voice:
            for plan in (SEED_PLAN, PLAN):
                prompts = all_prompts(list_sentences(parsing.parse_plan(plan.read_text(), plan.name)))
                short_prompts.put(sounds, prompts)
        reception.run("prepare")
        if read_manifest(kept / "sounds").to_json() != read_manifest(sounds).to_json():
            for old in CACHE.glob(f"{kind}-*"):
                shutil.rmtree(old)
            unfinished = CACHE / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            messages = shutil.ignore_patterns(reception.settings.messages.name)
            shutil.copytree(sounds, unfinished / "sounds", ignore=messages)
            shutil.copytree(music, unfinished / "music")
            unfinished.rename(kept)


@contextmanager
def _private_umask() -> Iterator[None]:
    before = os.umask(PRIVATE_UMASK)
    try:
        yield
    finally:
        os.umask(before)


def prepare_once(shared: Path) -> Path:
    """A prepared `var`, which the first process creates in `shared`; to be copied."""
    with FileLock(shared / "prepared.lock"):
        var = shared / "prepared"
        if not var.exists():
            prepare(var)
    return var


def prepare_with_test_plan(shared: Path) -> Path:
    """The same with the test plan, which the first process creates in `shared`; to be copied."""
    with FileLock(shared / "spoken.lock"):
        var = shared / "spoken"
        if not var.exists():
            copy_installation(prepare_once(shared), var)
            Reception(var).run("plan", "publish", str(PLAN))
    return var


def _rendering_hash() -> str:
    """Of the code between a text and its sound; the texts themselves are in the manifest."""
    prompts = CHECKOUT / "prompts"
    single = [prompts / name for name in ("library.py", "hold_music.py", "key_wait.py")]
    sources = [*prompts.glob("audio/*.py"), *prompts.glob("voices/*.py"), *single, Path(short_prompts.__file__)]
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sorted(sources))).hexdigest()[:12]
