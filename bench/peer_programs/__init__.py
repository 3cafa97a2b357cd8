"""The same reception as users of other libraries would write it; each is a program with an environment of its own."""
