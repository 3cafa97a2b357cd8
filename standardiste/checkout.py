"""Where this software stands."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
