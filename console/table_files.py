"""Answers that a browser saves as a table: CSV by lines as they are read, XLSX when it is whole."""

import tempfile
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import chain, islice

from flask import Response, request, send_file, stream_with_context

from routing.table_writing import csv_lines, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 1_000_000
"""A workbook that is larger, in bytes, waits in a file."""


class TableFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


def requested_format() -> TableFormat:
    """The format that the form names; CSV without one."""
    named = request.form.get("format", "")
    return TableFormat(named) if named in [*TableFormat] else TableFormat.CSV


def send_csv(file_name: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """The table as a CSV file of this name. Raises what reading the first row raises: later ones cut the file short."""
    rows = iter(rows)
    read = tuple(islice(rows, 1))
    response = Response(stream_with_context(csv_lines(titles, chain(read, rows))), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def send_workbook(file_name: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """The table as an XLSX file of this name, whose sheet has the same name."""
    # Closed by the server when the answer is sent.
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    write_workbook(file, file_name.partition(".")[0][:31], titles, rows)
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=file_name)


def send_table(name: str, wanted: TableFormat, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """The table in the format that is wanted; `name` is the file's, without its ending."""
    send = send_workbook if wanted is TableFormat.XLSX else send_csv
    return send(f"{name}.{wanted}", titles, rows)
