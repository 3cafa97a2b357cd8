"""What several parts of one page show is read once for it."""

from collections.abc import Callable
from typing import TypeVar

from flask import g, request

T = TypeVar("T")


def once_per_page(read: Callable[[], T]) -> Callable[[], T]:
    """`read`, asked once while a page is made; a request that may change something (POST) reads each time."""

    def read_once() -> T:
        if request.method not in ("GET", "HEAD"):
            return read()
        known: dict[Callable[[], T], T] = g.setdefault("read_for_page", {})
        if read not in known:
            known[read] = read()
        return known[read]

    return read_once
