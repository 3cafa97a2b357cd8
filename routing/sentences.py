"""The sentences that a plan makes callers hear, each with a stable prompt key that is safe as a file name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from routing.callbacks.rules import CallbackSite
from routing.hours.reopening import reopening_prompt_texts
from routing.languages import LocalizedText
from routing.menu_outcomes import ANY_TIME, MOMENTS, WORDINGS, MenuMoment, Wording, find_wording
from routing.menus import InputFailure, get_menu, list_submenus, reprompt_key
from routing.plan.model import Menu, MenuChoice, Plan, PublicNumber
from routing.queue.wait_estimate import wait_prompt_texts
from routing.satisfaction import question_prompt_key

_KEY_FILES = {"*": "star", "#": "hash"}
_KEY_NAMES = {"fr": {"*": "étoile", "#": "dièse"}, "en": {"*": "star", "#": "hash"}}
_OR = {"fr": " ou ", "en": " or "}
_PRESS = {"fr": "tapez", "en": "press"}
_TOPIC = {"fr": "Sujet :", "en": "Topic:"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One whole sentence: `key` names its sound file, `texts` holds it by language ("fr", "en")."""

    key: str
    texts: Mapping[str, str]


def list_sentences(plan: Plan) -> tuple[Sentence, ...]:
    """All spoken sentences of the plan, each key once.

    Greetings, price notices, menus, reprompts, topics of callbacks, texts of special days, next openings, waits,
    questions about satisfaction.
    """
    return (
        *(Sentence(greeting_prompt_key(number), number.greeting) for number in plan.numbers),
        *(Sentence(price_prompt_key(number), number.price_text) for number in plan.numbers if number.price_text),
        *(sentence for menu in _heard_menus(plan) for sentence in _menu_sentences(menu)),
        *(sentence for site in plan.callbacks.sites for sentence in _topic_sentences(site)),
        *(Sentence(key, texts) for key, texts in _special_day_texts(plan).items()),
        *(Sentence(key, texts) for key, texts in reopening_prompt_texts(plan.calendars.values()).items()),
        *(Sentence(key, texts) for key, texts in wait_prompt_texts().items()),
        *(Sentence(question_prompt_key(question), question.text) for question in plan.satisfaction.questions),
    )


def greeting_prompt_key(number: PublicNumber) -> str:
    """The key of a number's greeting."""
    return f"greeting-{number.e164.removeprefix('+')}"


def price_prompt_key(number: PublicNumber) -> str:
    """The key of a number's price notice; the prompt exists when the plan has its text."""
    return f"price-{number.e164.removeprefix('+')}"


def menu_prompt_keys(menu: Menu, moment: MenuMoment = ANY_TIME) -> tuple[str, ...]:
    """The prompts of a menu in spoken order; each says the result, then the key or keys.

    What a key does not lead to at this moment is not announced.
    """
    wordings = ((row, find_wording(row[0].destination, moment)) for row in _spoken_rows(menu))
    return tuple(_row_key(menu, row, wording) for row, wording in wordings if wording is not None)


def topic_prompt_keys(plan: Plan) -> tuple[str, ...]:
    """The prompts of all topics that visitors of the websites may choose."""
    return tuple(sentence.key for site in plan.callbacks.sites for sentence in _topic_sentences(site))


def topic_prompt_key(plan: Plan, site: str | None, topic: str | None, language: str) -> str:
    """The prompt of the topic that a visitor of a site chose in their language.

    "" when it is not, or no longer, a topic of the site.
    """
    for each in plan.callbacks.sites:
        topics = each.topics or {}
        # The visitor's language first: "location" means different things in French and in English.
        for code in (language, *topics):
            if each.name == site and topic in topics.get(code, ()):
                return _topic_key(each, topics[code].index(topic))
    return ""


def _special_day_texts(plan: Plan) -> dict[str, LocalizedText]:
    """The texts of special days by prompt key; the days of one range share a prompt."""
    special_days = (special for hours in plan.hours.values() for special in hours.exceptions.values())
    return {special.prompt_key: special.texts for special in special_days if special.prompt_key and special.texts}


def _topic_key(site: CallbackSite, index: int) -> str:
    return f"topic-{site.name}-{index + 1}"


def _topic_sentences(site: CallbackSite) -> Iterator[Sentence]:
    topics = site.topics or {}
    for index, words in enumerate(zip(*topics.values(), strict=True)):
        texts = {language: f"{_TOPIC[language]} {text}" for language, text in zip(topics, words, strict=True)}
        yield Sentence(_topic_key(site, index), texts)


def _heard_menus(plan: Plan) -> Iterator[Menu]:
    """Each menu with all that may be said of it: in a submenu there is a way back, too."""
    submenus = list_submenus(plan)
    return (get_menu(plan, name, is_submenu=name in submenus) for name in plan.menus)


def _spoken_rows(menu: Menu) -> Iterator[tuple[MenuChoice, ...]]:
    """The spoken choices; adjacent ones with the same action and text are one row."""
    for texts, rows in groupby(
        menu.choices,
        key=lambda each: (each.destination, each.announcement, each.menu, each.back, each.repeat, each.texts),
    ):
        if texts[-1] is not None:
            yield tuple(rows)


def _row_key(menu: Menu, rows: Iterable[MenuChoice], wording: Wording) -> str:
    keys = "".join(_KEY_FILES.get(row.key, row.key) for row in rows)
    return "-".join(filter(None, ("menu", menu.name, keys, wording)))


def _menu_sentences(menu: Menu) -> Iterator[Sentence]:
    for rows in _spoken_rows(menu):
        of_plan = rows[0].texts or {}
        for wording in dict.fromkeys(find_wording(rows[0].destination, moment) for moment in MOMENTS):
            if wording is not None:
                texts = WORDINGS.get(wording, of_plan)
                spoken = {language: _format_row(texts, rows, language) for language in of_plan}
                yield Sentence(_row_key(menu, rows, wording), spoken)
    for kind, wordings in (
        (InputFailure.WRONG_KEY, menu.wrong_key_reprompts),
        (InputFailure.NO_INPUT, menu.no_input_reprompts),
    ):
        for index in range(menu.tries - 1):
            texts = {language: of_language[index] for language, of_language in wordings.items()}
            yield Sentence(reprompt_key(menu.name, kind, index + 1), texts)


def _format_row(texts: LocalizedText, rows: Iterable[MenuChoice], language: str) -> str:
    return f"{texts[language].rstrip(' .,;')}{sentence_ending([row.key for row in rows], language)}"


def sentence_ending(keys: Iterable[str], language: str) -> str:
    """What follows the text of a row, by itself: ", tapez 3 ou 4."."""
    words = _OR[language].join(_KEY_NAMES[language].get(key, key) for key in keys)
    return f", {_PRESS[language]} {words}."
