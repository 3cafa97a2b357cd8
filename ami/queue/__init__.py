"""The staff queues: their state, overflow, and what happens to callers who wait."""
