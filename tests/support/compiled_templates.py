"""The templates and addresses of web pages, compiled once for a test run: each test has an application of its own."""

from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

_compile = Rule.compile
_compiled: dict[object, dict[str, Any]] = {}
COMPILED = ("_parts", "_trace", "_converters", "_build", "_build_unknown")
"""What `Rule.compile` finds out; nothing changes it afterwards."""


def share(folder: Path) -> None:
    """The applications that this process and its forks create keep their compiled templates in this folder."""
    folder.mkdir(exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}
    Rule.compile = _compile_once  # type: ignore[method-assign]


def _compile_once(rule: Rule) -> None:
    """It depends on the text and the defaults of the rule, and on the kinds of arguments of its application."""
    assert rule.map is not None
    converters = tuple(rule.map.converters.values())
    key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults), converters)
    known = _compiled.get(key)
    if known is None:
        _compile(rule)
        known = _compiled[key] = {name: getattr(rule, name) for name in COMPILED}
        for name in ("_build", "_build_unknown"):
            known[name] = known[name].__func__
    rule._parts, rule._trace, rule._converters = known["_parts"], known["_trace"], known["_converters"]
    rule.arguments.update(known["_converters"])
    rule._build = known["_build"].__get__(rule, None)
    rule._build_unknown = known["_build_unknown"].__get__(rule, None)
