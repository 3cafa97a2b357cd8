"""Reading, measuring and writing sound."""
