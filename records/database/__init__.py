"""The database engines: connections, transactions, migration, dumps."""
