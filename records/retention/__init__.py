"""Deleting what identifies people: by age, and at their request."""
