"""The forms of a page, read from its HTML: where each goes, and what its fields are and hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from console_client import ConsoleUser

TYPED = ("text", "email", "tel", "url", "search", "number", "password", "time", "date", "datetime-local", "textarea")
"""The kinds of fields in which people write."""


@dataclass(slots=True)
class FormField:
    """`kind` is the type of the input, "select" or "textarea"; `options` are the values of a list."""

    name: str
    kind: str
    value: str = ""
    is_sent: bool = True
    id: str = ""
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PageForm:
    """`buttons` are the names and values of its buttons that have a name."""

    action: str
    method: str
    has_files: bool = False
    fields: list[FormField] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def typed(self) -> list[FormField]:
        return [each for each in self.fields if each.kind in TYPED]

    @property
    def values(self) -> Mapping[str, str]:
        """What a browser sends, without a button; of several fields of one name the last."""
        return {each.name: each.value for each in self.fields if each.is_sent}


def forms_of(html: str, path: str) -> list[PageForm]:
    """The forms of the page at `path`."""
    reader = _Reader(path)
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._area: FormField | None = None
        self._select: FormField | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            files = "multipart" in given.get("enctype", "")
            self._form = PageForm(given.get("action") or self.path, given.get("method", "get").lower(), files)
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "option" and self._select:
            self._add_option(given)
        elif given.get("name"):
            self._add_field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area.value = (self._area.value + data).removeprefix("\n")

    def _add_field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form
        kind = given.get("type", "text") if tag == "input" else tag
        if kind in ("submit", "button", "image"):
            self._form.buttons.append((given["name"], given.get("value", "")))
            return
        sent = kind not in ("checkbox", "radio") or "checked" in given
        made = FormField(given["name"], kind, given.get("value", ""), sent and kind != "file", given.get("id", ""))
        self._form.fields.append(made)
        if tag == "textarea":
            self._area = made
        elif tag == "select":
            self._select = made

    def _add_option(self, given: dict[str, str]) -> None:
        assert self._select
        self._select.options.append(given.get("value", ""))
        if "selected" in given or len(self._select.options) == 1:
            self._select.value = given.get("value", "")


def all_forms(pages: Mapping[str, str], user: ConsoleUser) -> Iterator[tuple[str, PageForm]]:
    """Each form of the pages that the user can open, with the path of its page; a form of several pages once."""
    seen = set()
    for path in pages.values():
        answer = user.get(path)
        for form in forms_of(answer.text, path) if answer.status_code == 200 else ():
            key = (form.action.partition("?")[0], form.method, tuple(sorted(each.name for each in form.fields)))
            if key not in seen:
                seen.add(key)
                yield path, form
