"""Our processes, and their supervision."""
