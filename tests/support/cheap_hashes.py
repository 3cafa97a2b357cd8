"""Hashes of passwords and PINs that take a thousandth of the time; the hash itself is tested with its true cost.

Each says its own parameters, and is checked with them.
"""

import argon2
from pytest import MonkeyPatch

from records.users import passwords

TRUE_HASHER, _TRUE_DUMMY_HASH = passwords._HASHER, passwords._DUMMY_HASH


def use() -> None:
    """From now on, in this process and in its forks."""
    passwords._HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._DUMMY_HASH = passwords._HASHER.hash("")


def use_true(monkeypatch: MonkeyPatch) -> None:
    """The hash as it is in service, for one test."""
    monkeypatch.setattr(passwords, "_HASHER", TRUE_HASHER)
    monkeypatch.setattr(passwords, "_DUMMY_HASH", _TRUE_DUMMY_HASH)
