"""Files that are no tables of text: workbooks, contacts, web pages; what each is, and what to save it as."""

from translations.message import Message, translatable

_EXCEL = translatable(
    "This is an Excel workbook (.xlsx). In Excel (File, Save as), save it as CSV UTF-8, and choose that file."
)
_OLD_EXCEL = translatable(
    "This is an Excel workbook (.xls). In Excel (File, Save as), save it as CSV UTF-8, and choose that file."
)
_LIBREOFFICE = translatable(
    "This is a LibreOffice spreadsheet (.ods). In LibreOffice (File, Save as), save it as CSV, and choose that file."
)
_NUMBERS = translatable("This is a spreadsheet of Numbers. In Numbers, choose File, Export to, CSV; choose that file.")
_CONTACTS = translatable(
    "This is a file of contacts (vCard). Choose a table with one person on each line, saved as CSV."
)
_MARKUP = translatable(
    "This is a web page or an XML file, whatever its name. Open it in the spreadsheet, save it as CSV and choose that."
)
_EXCEL_MACROS = translatable(
    "This is an Excel workbook (.xlsm). In Excel (File, Save as), save it as CSV UTF-8, and choose that file."
)
_EXCEL_BINARY = translatable(
    "This is an Excel workbook (.xlsb). In Excel (File, Save as), save it as CSV UTF-8, and choose that file."
)
_PROTECTED = translatable(
    "This is an Office file with a password. Open it, save it as CSV UTF-8 (File, Save as), and choose that file."
)
NO_TEXT = translatable("This file is not text. In the spreadsheet, save it as CSV and choose that file.")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What marks a file inside a ZIP archive; the names of its members are not compressed.
_ZIP_CONTENTS = (
    (b"xl/vbaProject", _EXCEL_MACROS),
    (b"xl/workbook.bin", _EXCEL_BINARY),
    (b"xl/", _EXCEL),
    (b"opendocument.spreadsheet", _LIBREOFFICE),
    (b"Index/", _NUMBERS),
)
# The same for the files of Office before 2007, whose streams have names in UTF-16.
_OLE_CONTENTS = (
    ("EncryptedPackage".encode("utf-16-le"), _PROTECTED),
    ("WordDocument".encode("utf-16-le"), NO_TEXT),
)


def is_vcard(content: bytes) -> bool:
    """Whether a file begins as one of contacts does."""
    return _beginning(content).startswith(b"begin:vcard")


def refuse_contacts(content: bytes) -> Message | None:
    """Why a file of contacts is no table; None for any other file."""
    return _CONTACTS if is_vcard(content) else None


def refuse_other_formats(content: bytes) -> Message | None:
    """What a file is that no reader of tables understands; None for what may be text."""
    if content.startswith(_ZIP):
        return next((refusal for mark, refusal in _ZIP_CONTENTS if mark in content), NO_TEXT)
    if content.startswith(_OLE):
        return next((refusal for mark, refusal in _OLE_CONTENTS if mark in content), _OLD_EXCEL)
    if content.startswith((b"%PDF", b"{\\rtf")):
        return NO_TEXT
    return _MARKUP if _beginning(content).startswith((b"<!doctype", b"<html", b"<?xml", b"<table")) else None


def _beginning(content: bytes) -> bytes:
    return content[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
