"""A Python with a fake clock begins with this: libfaketime 0.9.10 refuses (EINVAL) how Python 3.11 sleeps."""

import select
import time


def _sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep
