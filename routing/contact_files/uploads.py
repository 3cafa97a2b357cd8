"""A file of contacts that somebody gives us: what it is, and its text."""

from dataclasses import dataclass
from enum import StrEnum

from routing.table_formats import is_vcard, refuse_other_formats
from routing.tables import TableError, decode_text_file
from translations.message import translatable

MAX_BYTES = 25_000_000
MAX_PEOPLE = 200_000


class FileKind(StrEnum):
    TABLE = "table"
    VCARD = "vcard"


@dataclass(frozen=True, slots=True)
class ContactFile:
    """`text` has no line breaks but LF."""

    kind: FileKind
    text: str


def read_upload(content: bytes) -> ContactFile:
    """Raises TableError for a file that is too large, empty, or neither a table as text nor vCards."""
    if len(content) > MAX_BYTES:
        raise TableError(
            translatable("The file is larger than %(count)s megabytes; split it.", count=MAX_BYTES // 1_000_000)
        )
    if refusal := refuse_other_formats(content):
        raise TableError(refusal)
    text = decode_text_file(content).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise TableError(translatable("The file is empty."))
    return ContactFile(FileKind.VCARD if is_vcard(content) else FileKind.TABLE, text)
