"""The calls: a list with filters, and what happened in each."""
