"""The first steps of a new reception: what is set up, what stays open, and a first call whose story is seen live."""
