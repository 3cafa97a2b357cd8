"""`contact import` and `contact export-all`, and `serve-webhooks` that goes on with an import."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from click.testing import Result
from reception import Reception

from records.actor import command_line_actor
from records.contacts.contact_cards import find_cards
from records.contacts.imports import files, imports
from records.contacts.imports.imports import ImportState
from standardiste.parts.webhooks import start_import

Run = Callable[..., Result]
PEOPLE = "Qui;Tél;Courriel\nAnne Lefèvre;0639980001;anne@example.org\nBasile;0639980002;\n;12;\n"


def test_a_file_is_tried_imported_and_exported(run: Run, reception: Reception, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE, encoding="cp1252")
    tried = run("contact", "import", str(people), "--dry-run", "--column", "Qui=name").stdout
    assert "2  New card" in tried and "line 4: Cannot be used" in tried and "Nothing was imported" in tried
    assert imports.list_imports(reception.database) == ()

    done = run("contact", "import", str(people)).stdout  # what Qui holds is remembered
    assert "2  Card made" in done and "1  Cannot be used" in done
    [anne] = find_cards(reception.database, "lefevre anne")
    assert anne.emails == ("anne@example.org",)
    assert "2  The card said everything already" in run("contact", "import", str(people)).stdout

    for ending, expected in (("csv", b"06 39 98 00 01"), ("vcf", b"tel:+33639980001"), ("xlsx", b"PK")):
        file = tmp_path / f"all.{ending}"
        run("contact", "export-all", str(file))
        assert expected in file.read_bytes() and file.stat().st_mode & 0o077 == 0
    assert run("contact", "export-all", str(tmp_path / "all.csv")).exit_code == 1
    assert run("contact", "export-all", str(tmp_path / "all.doc")).exit_code == 2
    assert run("contact", "import", str(people), "--column", "Qui=nonsense").exit_code == 2


def test_an_import_is_undone(run: Run, reception: Reception, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE, encoding="cp1252")
    assert (
        "`contact undo-import 1` takes it back" in run("contact", "import", str(people), "--column", "Qui=name").stdout
    )
    assert "2  Card removed again" in run("contact", "undo-import", "1", "--dry-run").stdout
    assert len(find_cards(reception.database, "lefevre")) == 1
    note_added = run("contact", "note", str(find_cards(reception.database, "basile")[0].id), "Rappeler")
    assert note_added.exit_code == 0

    told = run("contact", "undo-import", "1", "--yes").stdout

    assert "1  Card removed again" in told and "line 3: Stays as it is The person was in touch since" in told
    assert "Import 1 is undone" in told
    assert find_cards(reception.database, "lefevre") == () and find_cards(reception.database, "basile") != ()
    again = run("contact", "undo-import", "1")
    assert (again.exit_code, "cannot be undone: undone" in again.stderr) == (1, True)
    assert run("contact", "undo-import", "7").exit_code == 1


def test_serve_webhooks_goes_on_with_an_import(reception: Reception) -> None:
    installation, database, actor = reception.installation, reception.database, command_line_actor("anne")
    assert start_import(installation, None) is None  # nothing to do: no code of imports is loaded
    now, folder = datetime.now(UTC), reception.settings.imports
    number = files.store_upload(
        database, actor, folder, files.UploadedFile(b"Nom;Tel\nAnne;0639980001\n", "a.csv", "FR"), at=now
    )
    imports.check_import(database, actor, number, imports.get_import(database, number).columns, at=now)
    importer, deadline = None, time.monotonic() + 30
    for state in (ImportState.CHECKED, ImportState.DONE):
        while imports.get_import(database, number).state is not state:
            importer = start_import(installation, importer)
            assert time.monotonic() < deadline
            time.sleep(0.02)
        if state is ImportState.CHECKED:
            imports.start_import(database, actor, number, at=now)
    assert importer
    importer.stop(5)
    assert len(find_cards(database, "+33639980001")) == 1
