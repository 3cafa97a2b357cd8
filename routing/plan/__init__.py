"""The call plan: its values, and its text in YAML."""
