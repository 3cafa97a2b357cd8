"""Which tests are for the long suite alone, and which it runs again with more values.

A test with a database or an installation of its own, or with a sound that ffmpeg makes, costs a tenth of a second or
more for each set of parameters. Of such a test with more than three of them the short suite tries every third. Those
with a role are a matter of access, and all are tried. Tests of calls say themselves which of their variants are long.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType

import pytest
from priority import is_real_time

from routing.access.permissions import Role

FEW, OF = 3, 3
DATABASES = {"database_url", "databases", "module_databases"}
"""The fixtures of tests/conftest.py that create databases."""
SOUNDS = {"speech", "make_with_ffmpeg"}
"""The fixtures of tests/prompts/conftest.py that make sounds, which are then decoded or rendered."""
COMMANDS, INSTALLATION = "commands", "reception"
"""The folder of tests of commands, and the fixture that copies an installation for each of them."""
MORE_VALUES = {
    *("NAUGHTY_STRINGS", "UNKNOWN_IDS", "NUMBERS", "DATES", "paths_with_unknown_ids"),
    *("thorough", "some", "in_turn", "examples"),
}
"""The names by which tests get values that are tried in part."""


def has_database(item: pytest.Item) -> bool:
    return bool(DATABASES & {*getattr(item, "fixturenames", ())})


def for_the_long_suite(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """The tests with the marker, and the variants that the short suite does not try."""
    marked, variants = set(), defaultdict(list)
    for item in items:
        if item.get_closest_marker("long") is not None:
            marked.add(item)
        elif _is_tried_in_part(item):
            engine = item.callspec.params.get("engine")  # type: ignore[attr-defined]
            variants[item.nodeid.partition("[")[0], engine].append(item)
    for several in variants.values():
        if len(several) > FEW:
            marked.update(item for number, item in enumerate(several) if number % OF)
    return marked


def _is_tried_in_part(item: pytest.Item) -> bool:
    spec = getattr(item, "callspec", None)
    has_role = spec is not None and any(isinstance(value, Role) for value in spec.params.values())
    return spec is not None and not has_role and _is_costly(item)


def _is_costly(item: pytest.Item) -> bool:
    fixtures = {*getattr(item, "fixturenames", ())}
    if is_real_time(item.path):
        return item.path.parent.name == COMMANDS and INSTALLATION in fixtures
    return bool(fixtures & (DATABASES | SOUNDS))


def has_more_values(item: pytest.Item) -> bool:
    """Whether the long suite tries more with this test: examples of a property, or strange values."""
    test, module = getattr(item, "obj", None), getattr(item, "module", None)
    if getattr(test, "is_hypothesis_test", False):
        return True
    imported = {name for name in MORE_VALUES if hasattr(module, name) and _is_from_support(getattr(module, name))}
    if not imported:
        return False
    function = getattr(test, "__func__", test)
    return hasattr(item, "callspec") or bool(imported & {*_names(getattr(function, "__code__", None), module)})


def _is_from_support(value: object) -> bool:
    return getattr(value, "__module__", "thorough") in ("thorough", "strange_values")


def _names(code: CodeType | None, module: ModuleType, seen: set[str] | None = None) -> Iterator[str]:
    """The names that a function uses, and the functions of its file that it calls."""
    seen = set() if seen is None else seen
    if code is None:
        return
    for name in code.co_names:
        if name not in seen:
            seen.add(name)
            yield name
            called = getattr(module, name, None)
            if isinstance(called, FunctionType) and called.__module__ == module.__name__:
                yield from _names(called.__code__, module, seen)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner, module, seen)
