"""One file per part of a call; each reads as the caller hears it."""
