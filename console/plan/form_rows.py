"""Fields that come in rows, such as "key-0" and "fr-0" of the first key; buttons move rows without JavaScript."""

from collections.abc import Mapping, Sequence

from console.forms import parse_number

Row = dict[str, str]


def rows_from_fields(values: Mapping[str, str], names: Sequence[str]) -> list[Row]:
    """The rows that a browser sent, in order."""
    numbers = {field.partition("-")[2] for field in values if field.partition("-")[0] == names[0]}
    return [
        {name: values.get(f"{name}-{number}", "") for name in names}
        for number in sorted((number for number in numbers if parse_number(number) is not None), key=int)
    ]


def fields_from_rows(rows: Sequence[Row]) -> dict[str, str]:
    """The fields of these rows."""
    return {f"{name}-{number}": value for number, row in enumerate(rows) for name, value in row.items()}


def apply_row_button(rows: list[Row], button: str, names: Sequence[str]) -> str:
    """Changes the rows as a button says ("add", "remove:2", "up:2", "down:2"); returns the field to focus then."""
    action, _, place = button.partition(":")
    number = parse_number(place)
    if action == "add":
        rows.append(dict.fromkeys(names, ""))
        return f"{names[0]}-{len(rows) - 1}"
    if number is None or number >= len(rows):
        return ""
    row = rows.pop(number)
    if action == "remove":
        return f"{names[0]}-{min(number, len(rows) - 1)}" if rows else "add"
    to = max(0, number - 1) if action == "up" else number + 1
    rows.insert(to, row)
    return f"{action}-{min(to, len(rows) - 1)}"
