"""What is wrong with the markup of a page for somebody who does not see it, found without a browser.

It is a small part of what axe finds in a browser, and costs milliseconds.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

NAMED = {"a", "button", "h1", "h2", "h3", "h4", "label", "option", "summary", "th", "title"}
"""Elements that nobody understands without words."""
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for")
WITHOUT_LABEL = {"hidden", "submit", "button", "image", "reset"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def markup_faults(html: str) -> list[str]:
    """Sentences about fields without a label, ids that are there twice or not at all, and elements without words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [*reader.faults, *reader.faults_of_whole()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._open: list[tuple[str, Mapping[str, str], bool]] = []  # tag, attributes, whether it has words so far
        self._ids: Counter[str] = Counter()
        self._references: list[tuple[str, str]] = []
        self._fields: list[Mapping[str, str]] = []
        self._labelled: set[str] = set()
        self._headings = 0
        self._language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note(tag, given)
        if tag == "img" and "alt" not in given:
            self.faults.append(f"a picture without alt: {given}")
        if tag in ("img", "svg") and (given.get("alt") or given.get("aria-label")):
            self._say()
        if tag not in VOID:
            self._open.append((tag, given, bool(given.get("aria-label") or given.get("aria-labelledby"))))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            closed, given, has_words = self._open.pop()
            if closed in NAMED and not has_words and not given.get("title") and closed != "option":
                self.faults.append(f"<{closed}> without words: {dict(given)}")
            if has_words:
                self._say()
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._say()

    def _say(self) -> None:
        if self._open:
            tag, given, _ = self._open[-1]
            self._open[-1] = (tag, given, True)

    def _note(self, tag: str, given: Mapping[str, str]) -> None:
        self._ids.update([given["id"]] if given.get("id") else [])
        self._references += [(name, each) for name in REFERENCES for each in given.get(name, "").split()]
        if tag == "label" and given.get("for"):
            self._labelled.add(given["for"])
        hidden = given.get("type") in WITHOUT_LABEL or given.get("aria-hidden") == "true"
        if tag in ("input", "select", "textarea") and not hidden:
            within = any(tag == "label" for tag, _, _ in self._open)
            named = within or given.get("aria-label") or given.get("aria-labelledby") or given.get("title")
            self._fields += [] if named else [given]
        self._headings += tag == "h1"
        self._language = self._language or (given.get("lang", "") if tag == "html" else "")

    def faults_of_whole(self) -> Iterator[str]:
        yield from (f"the id {each} is there {count} times" for each, count in self._ids.items() if count > 1)
        yield from (
            f"{name} names {each}, which is not there" for name, each in self._references if each not in self._ids
        )
        yield from (f"no label: {dict(field)}" for field in self._fields if field.get("id") not in self._labelled)
        if self._headings != 1:
            yield f"{self._headings} h1"
        if not self._language:
            yield "no language"
