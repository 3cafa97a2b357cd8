"""Cards that may be one person: found through keys, proposed to staff, merged, or told apart for good."""
