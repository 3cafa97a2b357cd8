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


def test_serve_webhooks_goes_on_with_an_import(reception: Reception) -> None:
    installation, database, actor = reception.installation, reception.database, command_line_actor("anne")
    assert start_import(installation, None) is None  # nothing to do: no code of imports is loaded
    now, folder = datetime.now(UTC), reception.settings.imports
    number = files.store_upload(database, actor, folder, b"Nom;Tel\nAnne;0639980001\n", "a.csv", "FR", at=now)
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
