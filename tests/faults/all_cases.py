"""Every fault case, by its name, from the files `*_faults.py`."""

from importlib import import_module

from fault_case import CASES, FaultCase

for failing in ("python", "step", "asterisk", "database", "callback", "switch", "sound", "machine", "clock", "copy"):
    import_module(f"{failing}_faults")

__all__ = ["CASES", "FaultCase"]
