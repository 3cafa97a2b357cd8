"""The ground of the comparison: two plans, one field of them that differs, and the sentences about it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, TypeVar

from routing.languages import LocalizedText
from routing.numbers import format_number
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from translations.catalogues import choose_text
from translations.dates import no_break
from translations.message import Message, translatable, translatable_plural
from translations.web import gettext
from web.language import current_language, translate

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_LOOSE_SIGN = re.compile(r" (?=[:;?!»])|(?<=«) ")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two plans that are compared on a day (`today`, local): special days that are past matter to nobody."""

    old: Plan
    new: Plan
    today: date

    def title(self, kind: PartKind, name: str) -> str:
        """What people call a part: in the new plan, else in the old one."""
        new = find_title(self.new, kind, name)
        return (new if has_part(self.new, kind, name) else find_title(self.old, kind, name)).in_language(
            current_language()
        )

    def number(self, e164: str) -> str:
        """A telephone number as people read it; it stays on one line."""
        return no_break(format_number(e164, self.new.country))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The field `name` of a part of the plan, which was `before` and is now `after`."""

    name: str
    before: Any
    after: Any
    comparison: Comparison

    @property
    def old(self) -> Any:
        """The value that the field had."""
        return getattr(self.before, self.name)

    @property
    def new(self) -> Any:
        """The value that the field has now."""
        return getattr(self.after, self.name)


Describer = Callable[[FieldChange], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Inside:
    """The describer of a field that callers on the telephone do not notice."""

    describe: Describer

    def __call__(self, change: FieldChange) -> Iterator[str]:
        return self.describe(change)


Table = Mapping[str, Describer]
"""The describer of each field of a dataclass of the plan."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence. `noticed`: callers on the telephone notice what it says."""

    text: str
    noticed: bool = True

    @property
    def shown(self) -> str:
        """The sentence with French signs kept on the line of their word."""
        return _LOOSE_SIGN.sub(NO_BREAK_SPACE, self.text)


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """A part of the plan that changes: its title, and what changes in it."""

    title: str
    notices: tuple[Notice, ...]

    @property
    def is_noticed(self) -> bool:
        """Whether callers on the telephone notice something of it."""
        return any(notice.noticed for notice in self.notices)


def describe_fields(table: Table, before: Any, after: Any, comparison: Comparison) -> Iterator[Notice]:
    """The notices about every field in which two values of one dataclass differ."""
    for field in fields(before):
        change = FieldChange(field.name, before, after, comparison)
        if change.old == change.new:
            continue
        describe = table.get(field.name, _describe_unknown)
        for sentence in describe(change):
            yield Notice(sentence, noticed=not isinstance(describe, Inside))


def _describe_unknown(change: FieldChange) -> Iterator[str]:
    """For a field whose describer is missing, which a test refuses: the review never says that nothing changes."""
    yield gettext("A setting changes that has no sentence here; look at the text of the plan.")


def says(message: Message) -> Describer:
    """A describer of one sentence with the values %(old)s and %(new)s."""

    def describe(change: FieldChange) -> Iterator[str]:
        yield translate(message, old=change.old, new=change.new)

    return describe


def says_word(message: Message, words: Mapping[Any, Message]) -> Describer:
    """A describer of one sentence with the words for the old and the new value."""

    def describe(change: FieldChange) -> Iterator[str]:
        yield translate(message, old=translate(words[change.old]), new=translate(words[change.new]))

    return describe


def says_part(message: Message, kind: PartKind) -> Describer:
    """A describer of one sentence with the names that people gave to the old and the new part."""

    def describe(change: FieldChange) -> Iterator[str]:
        title = change.comparison.title
        yield translate(message, old=title(kind, change.old), new=title(kind, change.new))

    return describe


def says_switch(on: Message, off: Message) -> Describer:
    """A describer of a field that is true or false."""

    def describe(change: FieldChange) -> Iterator[str]:
        yield translate(on if change.new else off)

    return describe


def says_texts(message: Message, gone: Message | None = None) -> Describer:
    """A describer of a text by language: %(text)s is the new one, and the old one follows.

    `gone` is said when there is no text any more.
    """

    def describe(change: FieldChange) -> Iterator[str]:
        old, new = change.old or {}, change.new or {}
        if gone is not None and not new:
            yield translate(gone)
            return
        for language in new:
            if new[language] != old.get(language):
                yield describe_text(message, language, new[language], old.get(language, ""))

    return describe


def describe_text(message: Message, language: str, text: str, before: str = "") -> str:
    """A sentence about a spoken text of a language; the reader is told which one, if it is not theirs."""
    sentence = translate(message, text=text)
    if language != current_language():
        sentence = gettext("%(spoken)s: %(sentence)s", spoken=_language_title(language), sentence=after_colon(sentence))
    return gettext("%(sentence)s Until now: “%(before)s”", sentence=sentence, before=before) if before else sentence


def says_renamed(change: FieldChange) -> Iterator[str]:
    """The sentence about a new name: names are for the team."""
    new = choose_text(change.new, current_language())
    yield (
        gettext("Its name is now “%(name)s”, for the team only.", name=new)
        if new
        else gettext("It has no name of its own any more.")
    )


def says_nothing(change: FieldChange) -> Iterator[str]:
    """The describer of a field that names its part: another name makes another part."""
    yield from ()


@dataclass(frozen=True, slots=True)
class Matches(Generic[_Item]):
    """What became of the items of a list."""

    removed: Sequence[_Item]
    added: Sequence[_Item]
    kept: Sequence[tuple[_Item, _Item]]
    is_reordered: bool


def match_items(old: Iterable[_Item], new: Iterable[_Item], key: Callable[[_Item], object]) -> Matches[_Item]:
    """The items of two lists by their key."""
    before, after = {key(item): item for item in old}, {key(item): item for item in new}
    return Matches(
        removed=[item for name, item in before.items() if name not in after],
        added=[item for name, item in after.items() if name not in before],
        kept=[(item, after[name]) for name, item in before.items() if name in after],
        is_reordered=[name for name in before if name in after] != [name for name in after if name in before],
    )


def part_of(title: str, notices: Iterable[Notice]) -> Iterator[ChangedPart]:
    """The part of this title, if there is anything to say about it."""
    if found := tuple(notices):
        yield ChangedPart(title, found)


def has_part(plan: Plan, kind: PartKind, name: str) -> bool:
    """Whether the plan has this part."""
    names: Mapping[PartKind, Iterable[str]] = {
        PartKind.MENU: plan.menus,
        PartKind.CALENDAR: plan.hours,
        PartKind.ANNOUNCEMENT: plan.announcements,
        PartKind.CENTRE: [centre.name for centre in plan.overflow.centres],
        PartKind.SITE: [site.name for site in plan.callbacks.sites],
    }
    return name in names.get(kind, ())


def after_colon(sentence: str) -> str:
    """A sentence behind a colon: it goes on with a small letter."""
    return sentence[:1].lower() + sentence[1:]


def list_words(words: Iterable[str]) -> str:
    """Words as a list in a sentence: "lundi, mardi et jeudi"."""
    *others, last = words
    return gettext("%(words)s and %(last)s", words=", ".join(others), last=last) if others else last


def duration(seconds: int) -> str:
    """A time in words: "90 secondes", "5 minutes"."""
    if seconds and seconds % 60 == 0:
        return translate(translatable_plural("%(count)s minute", "%(count)s minutes", seconds // 60))
    return translate(translatable_plural("%(count)s second", "%(count)s seconds", seconds))


def says_duration(message: Message) -> Describer:
    """A describer of one sentence with the old and the new time in words."""

    def describe(change: FieldChange) -> Iterator[str]:
        yield translate(message, old=duration(change.old), new=duration(change.new))

    return describe


_LANGUAGE_TITLES: Mapping[str, Message] = {"fr": translatable("In French"), "en": translatable("In English")}


def _language_title(language: str) -> str:
    return translate(_LANGUAGE_TITLES[language])


def describe_texts(message: Message, texts: LocalizedText) -> Iterator[str]:
    """A sentence for each language of a new text."""
    return (describe_text(message, language, text) for language, text in texts.items())
