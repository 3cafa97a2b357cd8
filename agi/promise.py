"""What can become of a promise to a caller."""


class NotKept(Exception):
    """The promise was not written down, and will not be."""
