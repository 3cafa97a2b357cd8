"""The operators' trunks: added, changed, tested and removed."""
