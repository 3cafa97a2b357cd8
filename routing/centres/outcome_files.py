"""What a centre sends about its calls as a table: the outcome of each; and what became of each line of it."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing.centres.reporting import REPORTED_DAYS
from routing.centres.statements import REFERENCE_TITLES
from routing.request_rules import RequestRules
from routing.tables import TableColumns, TableError, TableRow, decode_large_table, fold_word, read_table
from translations.catalogues import LANGUAGES
from translations.message import Message, OwnText, translatable

MAX_LINES = 5_000
MAX_BYTES = 4_000_000
MAX_NOTE = 2_000
"""Characters, as of a note that arrives through the API."""
_COLUMNS = TableColumns(
    words={
        "reference": REFERENCE_TITLES,
        "outcome": ("outcome", "résultat", "issue", "suite", "suite donnée", "qualification", "result", "disposition"),
        "note": ("note", "notes", "remarque", "commentaire", "observation", "remark", "comment"),
    },
    required=("reference", "outcome"),
    ignore_others=True,
    max_rows=MAX_LINES,
)


class LineResult(StrEnum):
    """What became of a line. Only the first two have changed something."""

    TAKEN = "taken"
    CORRECTED = "corrected"
    SAME = "same"
    SUPERSEDED = "superseded"
    UNKNOWN_REFERENCE = "unknown_reference"
    UNKNOWN_OUTCOME = "unknown_outcome"
    NO_OUTCOME = "no_outcome"
    LATE = "late"
    LONG_NOTE = "long_note"


CHANGING = frozenset({LineResult.TAKEN, LineResult.CORRECTED})
REFUSED = frozenset(LineResult) - CHANGING - {LineResult.SAME, LineResult.SUPERSEDED}
RESULTS: Mapping[LineResult, Message] = {
    LineResult.TAKEN: translatable("Taken"),
    LineResult.CORRECTED: translatable("Corrected"),
    LineResult.SAME: translatable("Known already"),
    LineResult.SUPERSEDED: translatable("Said again further down"),
    LineResult.UNKNOWN_REFERENCE: translatable("Unknown reference"),
    LineResult.UNKNOWN_OUTCOME: translatable("Unknown outcome"),
    LineResult.NO_OUTCOME: translatable("No outcome"),
    LineResult.LATE: translatable("Too late"),
    LineResult.LONG_NOTE: translatable("Note too long"),
}
REPORT_TITLES = (
    *(translatable("Line"), translatable("Reference"), translatable("Outcome")),
    *(translatable("What became of the line"), translatable("Explanation")),
)
_EXPLANATIONS: Mapping[LineResult, Message] = {
    LineResult.CORRECTED: translatable("Until now it was “%(title)s”."),
    LineResult.SAME: translatable("This outcome and this note were there already."),
    LineResult.SUPERSEDED: translatable("A later line of the file is about the same call; that one counts."),
    LineResult.UNKNOWN_REFERENCE: translatable("No call that this centre was given has this reference."),
    LineResult.UNKNOWN_OUTCOME: translatable("The contract knows these outcomes: %(title)s."),
    LineResult.NO_OUTCOME: translatable("The line does not say what became of the call."),
    LineResult.LATE: translatable("The centre was given this call more than %(days)s days ago.", days=REPORTED_DAYS),
    LineResult.LONG_NOTE: translatable(
        "The note is longer than %(count)s characters; shorten it, and import the file again.", count=MAX_NOTE
    ),
}


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """One line of the file; `outcome` is as it stands there, `note` None when there is none."""

    line: int
    reference: str
    outcome: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomeFile:
    """The file `name` of a centre."""

    centre: str
    name: str
    lines: tuple[OutcomeLine, ...]


@dataclass(frozen=True, slots=True)
class LineReport:
    """What became of a line. `title`: the outcome that it corrected, or those among which it should have chosen."""

    line: OutcomeLine
    result: LineResult
    title: Message | OwnText | None = None

    @property
    def explanation(self) -> Message | None:
        """Why, and what to do; None where the result says it all."""
        words = _EXPLANATIONS.get(self.result)
        return Message(words.text, {**words.values, "title": self.title}) if words and self.title else words


def read_outcome_file(centre: str, name: str, content: bytes) -> OutcomeFile:
    """The file with its lines in order. Raises TableError for a file that cannot be read as a whole."""
    rows = read_table(decode_large_table(content, MAX_BYTES), _COLUMNS)
    if not rows:
        raise TableError(translatable("The file has no line below its titles."))
    return OutcomeFile(centre, name, tuple(_read_row(row) for row in rows))


def find_outcome(said: str, names: Sequence[str], rules: RequestRules) -> str | None:
    """Which of the outcomes is meant by its name, or by its title in any language; None unless exactly one is."""
    folded = fold_word(said)
    for found in (
        {name for name in names if name == said},
        {name for name in names if fold_word(name) == folded},
        {name for name in names if folded in {fold_word(title) for title in _titles(name, rules).values()}},
    ):
        if len(found) == 1:
            return found.pop()
    return None


def list_titles(names: Sequence[str], rules: RequestRules) -> OwnText:
    """What people call these outcomes, one after the other."""
    titles = [_titles(name, rules) for name in names]
    return OwnText({language: ", ".join(each[language] for each in titles) for language in LANGUAGES})


def report_cells(report: LineReport, language: str) -> list[str]:
    """The line of the report, in the order of REPORT_TITLES; without the note, which is about a person."""
    line, why = report.line, report.explanation
    words = [RESULTS[report.result].in_language(language), why.in_language(language) if why else ""]
    return [str(line.line), line.reference, line.outcome, *words]


def _titles(name: str, rules: RequestRules) -> Mapping[str, str]:
    """The title by language; the name of an outcome that the plan no longer has."""
    title = rules.outcome_titles.get(name)
    return {language: title.in_language(language) if title else name for language in LANGUAGES}


def _read_row(row: TableRow) -> OutcomeLine:
    return OutcomeLine(
        row.line,
        row.cells["reference"].lower(),
        row.cells["outcome"],
        _clean_note(row.cells.get("note", "")) or None,
    )


def _clean_note(cell: str) -> str:
    """The note without control characters, which nobody has typed; the lines of its paragraphs stay."""
    lines = cell.replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(each for each in lines if each == "\n" or unicodedata.category(each) != "Cc").strip()
