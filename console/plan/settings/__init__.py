"""The settings of the plan as forms: one file for each, made of the fields of fields.py."""
