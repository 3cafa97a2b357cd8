"""Contacts from files: the file is read and compared row by row, and then written to cards row by row."""
