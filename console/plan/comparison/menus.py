"""What changes in the menus: their keys, what follows a wrong key or silence."""

from collections.abc import Iterator, Mapping

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Inside,
    Notice,
    Table,
    after_colon,
    describe_fields,
    describe_text,
    list_words,
    match_items,
    part_of,
    says,
    says_duration,
    says_nothing,
    says_renamed,
)
from console.plan.descriptions import key_label
from routing.destinations import Destination
from routing.plan.model import Menu, MenuChoice
from routing.plan.part_kinds import PartKind
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

_DOES: Mapping[Destination, Message] = {
    Destination.STAFF: translatable("will lead to the team"),
    Destination.OVERFLOW: translatable("will lead to an overflow centre"),
    Destination.CALLBACK: translatable("will let callers ask to be called back"),
    Destination.VOICEMAIL: translatable("will let callers leave a voice message"),
    Destination.GOODBYE: translatable("will end the call"),
}
_INSTEAD: Mapping[Destination, Message] = {
    Destination.STAFF: translatable("instead of leading to the team"),
    Destination.OVERFLOW: translatable("instead of leading to an overflow centre"),
    Destination.CALLBACK: translatable("instead of letting them ask to be called back"),
    Destination.VOICEMAIL: translatable("instead of letting them leave a voice message"),
    Destination.GOODBYE: translatable("instead of ending the call"),
}
_FALLBACKS: Mapping[Destination, Message] = {
    Destination.STAFF: translatable("go to the team"),
    Destination.OVERFLOW: translatable("go to an overflow centre"),
    Destination.CALLBACK: translatable("can ask to be called back"),
    Destination.VOICEMAIL: translatable("can leave a voice message"),
    Destination.GOODBYE: translatable("hear goodbye"),
}
_ANNOUNCED = translatable("It will be announced as: “%(text)s”")


def compare_menus(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes in each menu."""
    found = match_items(comparison.old.menus.values(), comparison.new.menus.values(), lambda menu: menu.name)
    for menu in found.added:
        yield from part_of(_title(comparison, menu), map(Notice, _describe_new(comparison, menu)))
    for menu in found.removed:
        yield ChangedPart(_title(comparison, menu), (Notice(gettext("This menu is removed."), noticed=False),))
    for before, after in found.kept:
        yield from part_of(_title(comparison, after), describe_fields(MENU, before, after, comparison))


def _title(comparison: Comparison, menu: Menu) -> str:
    return gettext("Menu “%(name)s”", name=comparison.title(PartKind.MENU, menu.name))


def _describe_new(comparison: Comparison, menu: Menu) -> Iterator[str]:
    yield gettext("A new menu.")
    for choice in menu.choices:
        yield _describe_new_choice(comparison, choice)


def _describe_new_choice(comparison: Comparison, choice: MenuChoice) -> str:
    sentence = gettext("Key %(key)s %(does)s.", key=key_label(choice.key), does=describe_action(comparison, choice))
    if not choice.texts:
        return sentence + " " + gettext("It will not be announced.")
    return sentence + " " + " ".join(describe_text(_ANNOUNCED, *each) for each in choice.texts.items())


def describe_action(comparison: Comparison, choice: MenuChoice) -> str:
    """What a key will do, as the end of a sentence: "will lead to the team"."""
    if choice.announcement:
        title = comparison.title(PartKind.ANNOUNCEMENT, choice.announcement)
        return gettext("will play “%(name)s”", name=title)
    if choice.menu:
        return gettext("will lead to the menu “%(name)s”", name=comparison.title(PartKind.MENU, choice.menu))
    if choice.destination:
        return translate(_DOES[choice.destination])
    return gettext("will lead back to the menu before") if choice.back else gettext("will play the menu again")


def _describe_instead(comparison: Comparison, choice: MenuChoice) -> str:
    if choice.announcement:
        title = comparison.title(PartKind.ANNOUNCEMENT, choice.announcement)
        return gettext("instead of playing “%(name)s”", name=title)
    if choice.destination:
        return translate(_INSTEAD[choice.destination])
    if choice.menu:
        title = comparison.title(PartKind.MENU, choice.menu)
        return gettext("instead of leading to the menu “%(name)s”", name=title)
    if choice.back:
        return gettext("instead of leading back to the menu before")
    return gettext("instead of playing the menu again")


def _describe_choices(change: FieldChange) -> Iterator[str]:
    comparison = change.comparison
    found = match_items(change.old, change.new, lambda choice: choice.key)
    for choice in found.added:
        yield gettext("A new key.") + " " + _describe_new_choice(comparison, choice)
    for choice in found.removed:
        yield gettext("Key %(key)s will do nothing any more.", key=key_label(choice.key))
    for before, after in found.kept:
        yield from (notice.text for notice in describe_fields(CHOICE, before, after, comparison))
        if _action(before) != _action(after):
            yield gettext(
                "Key %(key)s %(does)s %(instead)s.",
                key=key_label(after.key),
                does=describe_action(comparison, after),
                instead=_describe_instead(comparison, before),
            )
    if found.is_reordered:
        yield _describe_order(change.after)


def _describe_order(menu: Menu) -> str:
    keys = [key_label(choice.key) for choice in menu.choices if choice.texts]
    return gettext("The keys will be announced in this order: %(keys)s.", keys=list_words(keys))


def _action(choice: MenuChoice) -> tuple[object, ...]:
    return tuple(getattr(choice, name) for name in CHOICE if name not in ("key", "texts"))


def _describe_announcing(change: FieldChange) -> Iterator[str]:
    key, old, new = key_label(change.after.key), change.old or {}, change.new or {}
    if not new:
        yield gettext("Key %(key)s will no longer be announced, and still works.", key=key)
        return
    for language, text in new.items():
        if text != old.get(language):
            sentence = describe_text(_ANNOUNCED, language, text, old.get(language, ""))
            yield gettext("Key %(key)s: %(sentence)s", key=key, sentence=after_colon(sentence))


def _says_reprompts(message: Message) -> "_Reprompts":
    return _Reprompts(message)


class _Reprompts:
    """The describer of the wordings, by language, after which the menu is played again."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def __call__(self, change: FieldChange) -> Iterator[str]:
        for language, wordings in change.new.items():
            before = change.old.get(language, ())
            for place, text in enumerate(wordings):
                if place >= len(before) or before[place] != text:
                    yield describe_text(self._message, language, text, before[place] if place < len(before) else "")


def _describe_fallback(change: FieldChange) -> Iterator[str]:
    yield gettext(
        "Callers who have pressed no key that works will, in the end, %(does)s.", does=translate(_FALLBACKS[change.new])
    )


CHOICE: Table = {
    "key": says_nothing,
    "destination": says_nothing,  # what a key does is one sentence for all of them
    "announcement": says_nothing,
    "repeat": says_nothing,
    "menu": says_nothing,
    "back": says_nothing,
    "texts": _describe_announcing,
}
"""The describers of MenuChoice."""

MENU: Table = {
    "name": says_nothing,
    "title": Inside(says_renamed),
    "choices": _describe_choices,
    "wrong_key_reprompts": _says_reprompts(
        translatable("After a key that does nothing, callers will hear: “%(text)s”")
    ),
    "no_input_reprompts": _says_reprompts(translatable("When they press no key, callers will hear: “%(text)s”")),
    "fallback": _describe_fallback,
    "first_key_s": says_duration(translatable("Callers will have %(new)s to press a key instead of %(old)s.")),
    "tries": says(translatable("The menu will be played %(new)s times in all instead of %(old)s.")),
}
"""The describers of Menu."""
