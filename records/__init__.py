"""The database: contacts, calls, requests, callbacks, messages, plans, staff. No other package contains SQL.

Conventions:

- A function takes a `Database` first, runs one transaction of its own, and returns frozen values. What it has written
  is committed, and survives a power cut, when it returns.
- A function whose name ends in `_in` takes a `Connection` first and does the same inside the caller's transaction.
  Helpers without a counterpart (`get_call`, `lock_callbacks`) take a `Connection` as well.
- `lock_...` reads rows and locks them until the end of the transaction.
- `at` is the current time: no function reads the clock.
- `DatabaseBusy` and `DatabaseUnavailable` may be raised by every function that takes a `Database`.
"""
