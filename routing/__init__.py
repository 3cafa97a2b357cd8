"""What is decided: pure functions over frozen values. The time is always an argument; nothing here reads or writes."""
