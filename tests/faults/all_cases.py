"""Every case, by its name; the files that they come from are the list of what is made to fail."""

from importlib import import_module

from fault_case import CASES, FaultCase

for failing in ("python", "step", "asterisk", "database", "callback", "switch", "sound", "machine", "clock", "copy"):
    import_module(f"{failing}_faults")

__all__ = ["CASES", "FaultCase"]
