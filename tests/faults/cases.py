"""Every case, by its name; the files that they come from are the list of what is made to fail."""

import asterisk_faults
import base_faults
import machine_faults
import python_faults
import sound_faults
from fault_case import CASES, Case

__all__ = ["CASES", "Case", "asterisk_faults", "base_faults", "machine_faults", "python_faults", "sound_faults"]
