"""The list of texts in the code, and catalogues in step with it; script/translations runs this."""

from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from translations.catalogues import FOLDER, LANGUAGES, SOURCE

KEYWORDS = DEFAULT_KEYWORDS | {
    "translatable": None,
    "translatable_plural": (1, 2),
    "translatable_in_context": ((1, "c"), 2),
}
METHODS = [
    *((f"{folder}/**", "ignore") for folder in ("tests", "bench", "var")),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
]
"""The first pattern that matches a file says how its texts are found."""
WIDTH = 120


def extract_texts(root: Path = FOLDER.parent) -> Catalog:
    """Every text that the code and the templates below `root` show to people."""
    texts = Catalog()
    for _, _, text, comments, context in extract_from_dir(root, METHODS, keywords=KEYWORDS):
        texts.add(text, auto_comments=comments, context=context)
    return texts


def update_catalogue(language: str, texts: Catalog) -> None:
    """Add the texts that are new, empty, and remove those that the code does not have any more.

    The catalogue of a new language is created.
    """
    path = FOLDER / f"{language}.po"
    if not path.exists():
        path.write_text(_header(language))
    header, _, _ = path.read_text().partition("\n\n")
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    catalogue.update(texts, no_fuzzy_matching=True)
    written = BytesIO()
    write_po(
        written, catalogue, width=WIDTH, omit_header=True, sort_output=True, no_location=True, ignore_obsolete=True
    )
    path.write_text(f"{header}\n\n{written.getvalue().decode()}")


def _header(language: str) -> str:
    locale = Locale.parse(language)
    fields = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": Catalog(locale).plural_forms,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    comment = (
        f"# {locale.english_name} texts of Standardiste. script/translations keeps the list of texts in step with "
    )
    return f'{comment}the code.\nmsgid ""\nmsgstr ""\n{lines}\n'


def main() -> None:
    texts = extract_texts()
    for language in LANGUAGES:
        if language != SOURCE:
            update_catalogue(language, texts)


if __name__ == "__main__":
    main()
