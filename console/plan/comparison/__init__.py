"""What changes from one plan to another, in sentences: a file for each part, with a describer for each field."""
