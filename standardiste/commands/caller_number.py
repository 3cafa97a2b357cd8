"""What commands print in place of a caller's number that is not there."""


def missing_number(withheld: bool) -> str:
    """Whether the caller withheld the number, or none that can be read came with the call."""
    return "number withheld" if withheld else "number unknown"
