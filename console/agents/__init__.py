"""The people who answer calls: listed, added, changed, removed."""
