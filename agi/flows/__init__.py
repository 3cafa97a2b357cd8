"""One file for each part of a call; each reads in the order in which the caller hears it."""
