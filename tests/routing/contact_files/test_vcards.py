"""vCards of three versions and of many programs: read card by card, without pictures, whatever stands in them."""

import io

import pytest

from routing.contact_files.csv_table import limit_lines
from routing.contact_files.fields import ContactField
from routing.contact_files.import_rows import ContactRow, make_row
from routing.contact_files.outgoing import OutgoingCard, vcard
from routing.contact_files.uploads import FileKind, read_upload
from routing.contact_files.vcards import MAX_CARD, parse_card, split_cards

OLD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Lef=C3=A8vre;Ana=C3=AFs
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ana=C3=AFs =
Lef=C3=A8vre
TEL;CELL;PREF:06 39 98 00 01
EMAIL;INTERNET:a@example.org
PHOTO;JPEG;ENCODING=BASE64:
 /9j/4AAQSkZJRgABAQAAAQABAAD
 /9j/4AAQSkZJRgABAQAAAQABAAD

ADR;HOME:;;12 rue des Lilas;Marseille;;13001;France
END:VCARD
"""
MIDDLE = """begin:vcard
version:3.0
item1.TEL;type=pref:+33 6 39 98 00 02
N:Martin;Basile;;Dr;
FN:Basile Martin\\, Dr
ORG:Mairie;Accueil
NOTE:a long
  note
end:vcard
"""
NEW = """BEGIN:VCARD
VERSION:4.0
FN:Chloé Petit
TEL;VALUE=uri;TYPE="voice,home":tel:+33-1-99-00-00-01;ext=5
EMAIL:mailto:c@example.org
LANG:fr
END:VCARD
"""


def read(text: str | bytes) -> list[ContactRow]:
    file = read_upload(text.encode() if isinstance(text, str) else text)
    assert file.kind is FileKind.VCARD
    rows = []
    for card in split_cards(limit_lines(io.StringIO(file.text))):
        found = None if card.problem else parse_card(card.text)
        rows.append(
            ContactRow(card.number, problem=card.problem or "unreadable")
            if found is None
            else make_row(card.number, found, "FR")
        )
    return rows


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_three_versions_in_one_file(line_break: str) -> None:
    anais, basile, chloe = read((OLD + MIDDLE + NEW).replace("\n", line_break))
    assert (anais.name, anais.numbers, anais.emails) == ("Anaïs Lefèvre", ("+33639980001",), ("a@example.org",))
    assert (anais.street, anais.postcode, anais.city) == ("12 rue des Lilas", "13001", "Marseille")
    assert (basile.numbers, basile.organisation) == (("+33639980002",), "Mairie, Accueil")
    assert basile.name == "Dr Basile Martin"
    assert (chloe.name, chloe.numbers, chloe.emails, chloe.language) == (
        *("Chloé Petit", ("+33199000001",)),
        *(("c@example.org",), "fr"),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings(encoding: str) -> None:
    assert read(NEW.encode(encoding))[0].name == "Chloé Petit"


def test_quoted_printable_of_windows_without_a_charset() -> None:
    [row] = read("BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:Zo=E9 =\n=C9tienne\nEND:VCARD\n")
    assert row.name == "Zoé Étienne"


def test_pictures_sounds_and_notes_are_never_kept() -> None:
    card = next(split_cards(io.StringIO(OLD.replace("END", "SOUND;BASE64: AAAA\nKEY:x\nEND"))))
    assert "4AAQ" not in card.text and "SOUND" not in card.text and "KEY" not in card.text


def test_a_card_within_a_card_does_not_speak_for_it() -> None:
    inner = "BEGIN:VCARD\nFN:The agent\nTEL:0639980009\nEND:VCARD\n"
    rows = read(f"BEGIN:VCARD\nVERSION:2.1\nAGENT:\n{inner}FN:The person\nTEL:0639980001\nEND:VCARD\n")
    assert [(row.name, row.numbers) for row in rows] == [("The person", ("+33639980001",))]
    deep = "AGENT:\nBEGIN:VCARD\n" * 5_000
    assert [row.problem for row in read(f"BEGIN:VCARD\nFN:A\n{deep}")] == ["not_closed"]


def test_damaged_cards_are_told_and_the_others_read() -> None:
    unending, large = "BEGIN:VCARD\nFN:Lost\n", f"BEGIN:VCARD\n{'TEL:1' * 10}\n{'TEL:0639980001' + chr(10)}" * 1
    many = "BEGIN:VCARD\n" + "TEL:0639980001\n" * (MAX_CARD // 10) + "END:VCARD\n"
    unknown = "BEGIN:VCARD\nFN;CHARSET=KLINGON;ENCODING=QUOTED-PRINTABLE:=E9\nEND:VCARD\n"
    strange = "BEGIN:VCARD\nVERSION:9\n:x\n;;;\nTEL\nFN\nEND:VCARD\n"
    rows = read(unending + large + many + unknown + strange + NEW)
    assert [row.problem for row in rows][:3] == ["not_closed", "not_closed", "too_long"]
    assert rows[-1].name == "Chloé Petit" and len(rows) == 6


def test_a_card_that_we_write_is_read_as_it_was() -> None:
    card = OutgoingCard(
        *(7, "Anne-Lise de l'Œuvre; dite \\ « Zoé »", "Mairie, accueil", ("+33639980001", "+441632960000")),
        *(("a@example.org",), "12, rue des Lilas " * 6, "13001", "Marseille", "fr"),
    )
    text = vcard(card)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    [row] = read(text)
    assert (row.name, row.organisation, row.numbers) == (card.name, card.organisation, card.numbers)
    assert (row.street, row.postcode, row.city, row.language) == (card.street.strip(), "13001", "Marseille", "fr")


def test_a_value_of_a_field_is_a_plain_list() -> None:
    assert parse_card("BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nEND:VCARD\n") == {}
    assert ContactField.NAME in (parse_card(NEW) or {})
