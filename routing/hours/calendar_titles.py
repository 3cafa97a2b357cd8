"""What an event of a calendar file does to its days, by its title and its times: it opens, closes, or is a question."""

import re
import unicodedata
from contextlib import suppress
from datetime import datetime, time, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from enum import Enum, StrEnum, auto
from html import unescape

from routing.hours.calendar_lines import EventError
from routing.hours.calendar_text import TextBlock
from translations.message import Message, translatable

ABOUT_A_DAY = timedelta(hours=20)
COVERS_THE_DAY = timedelta(hours=6)
_TITLE_LENGTH, _LONGEST_TITLE_READ = 60, 1_000

# Accents may be wrong, or bytes that were read in another encoding: "Férmé", "FermÃ©", "Ferm‚".
_FERME = r"f[eé]rm(?:e|[^\x00-\x7f]{1,3})"
_FOREIGN = r"geschlossen|ruhetag|gesloten|cerrad[oa]s?|chius[oaie]|encerrad[oa]s?|fechad[oa]s?"
_CLOSED_FIRST = re.compile(
    rf"({_FERME}e?s?|fermetures?|closed|closure|closing|closes|shut|{_FOREIGN}"
    r"|close?s?(?=\s*($|[^\w\s]|(à|au|cet?|cette|exceptionnellement|jusqu|le (matin|midi|soir)|l'|pour|toute?)\b))"
    r")(?!\w)",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"\b(f[eé]rm[^\x00-\x7f]{1,3}e?s?|fermees?|fermetures?|(?<!la )(?<!une )(?<!de )ferme"
    rf"|closed|closure|closing|closes|shut|{_FOREIGN}"
    r"|(?<!\bhuis )(?<!\ble )(?<!\bau )(?<!\bdu )(?<!\bun )close?s?(?=\s*$))(?!\w)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(congés?|conges?|vacances|vacation|holidays?|fériée?s?|feriee?s?|chômée?s?|chomee?s?|relâche|repos|rtt|ponts?"
    r"|absence|absente?s?|day off|days off|out of office|indisponibles?|unavailable|not available|grève|strike"
    r"|suspendue?s?|suspended|interrompue?s?|interrupted|\w*urlaub|\w*ferien|feiertage?|vacaciones|ferie)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(r[ée])?-?(ouverte?s?|ouvertures?|ouvrir|opens?|opening)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(annulée?s?|annulation|cancell?ed|pas de|no longer|reportée?s?)\b|\b(not|nicht) (closed|closing|geschlossen)\b"
    r"|\b(non|fin (de la|de|des)|end of)[ -](the )?(ferm|congé|conge|vacances|clos|holiday)",
    re.IGNORECASE,
)
_NOT_OPEN = re.compile(
    r"\b(pas|non|sans|aucune?|plus|hors|ni|jamais|not|no|never|without|cannot)[ -](d['’ ]\s*|de |yet )?(r[ée])?-?"
    r"(ouverte?s?|ouvertures?|ouvrir|open|opening|accueil|permanences?|reception)\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(r"\b(sauf|hormis|excepté|except|außer|ausser)\b", re.IGNORECASE)


class Doubtful(StrEnum):
    """What is done with an event that may be an opening of about a day, or a closing."""

    ASK = "ask"
    OPEN = "open"
    CLOSED = "closed"


class Effect(Enum):
    """What an event does to its days."""

    OPENS = auto()
    CLOSES_DAYS = auto()
    CLOSES_TIMES = auto()
    CLOSES_COVERED_DAYS = auto()
    """As CLOSES_TIMES, but a day most of which it covers is closed as a whole."""


class Question(EventError):
    """An event that may open or close; somebody must say which."""


def find_effect(title: str, begin: datetime, end: datetime, doubtful: Doubtful) -> Effect:
    """What the event does to its days. Raises EventError when that cannot be said."""
    says_closed, says_open = _CLOSED.search(title) is not None, _OPEN.search(title) is not None
    away, length = _AWAY.search(title) is not None, end - begin
    whole_days = begin.time() == end.time() == time() and length > timedelta()
    closing = Effect.CLOSES_DAYS if whole_days or not length else Effect.CLOSES_TIMES
    if (says_closed or away) and _DENIED.search(title):
        return _ask(translatable("says that it is closed, and that it is not"), doubtful, closing)
    if _NOT_OPEN.search(title) and not says_closed:
        return _ask(translatable("says that it is not open; call it closed if it is"), doubtful, closing)
    if says_open and not says_closed and _EXCEPT.search(title):
        return _ask(translatable("says that it is open, with an exception"), doubtful, closing)
    if (says_closed or away) and not length and begin.time() != time():
        _ask_for_end(begin, doubtful)
    if _CLOSED_FIRST.match(title) or (says_closed and not says_open):
        return closing
    if says_closed:
        return _ask(translatable("says both open and closed"), doubtful, closing)
    if away and not says_open and (whole_days or not length or length >= COVERS_THE_DAY):
        return Effect.CLOSES_COVERED_DAYS if length else closing
    if length <= timedelta():
        raise EventError(translatable("has no length; give it an end"))
    if away and not says_open:
        times = {"begins": f"{begin:%H:%M}", "ends": f"{end:%H:%M}"}
        question = translatable("from %(begins)s to %(ends)s may be an opening or a closing", **times)
        return _ask(question, doubtful, closing)
    if whole_days and not says_open:
        return closing
    if whole_days and doubtful is Doubtful.ASK:
        return _ask(translatable("does not say from when to when; give the event its times"), doubtful, closing)
    if length >= ABOUT_A_DAY:
        return _ask(translatable("would open for about a day"), doubtful, Effect.CLOSES_COVERED_DAYS)
    return Effect.OPENS


def _ask_for_end(begin: datetime, doubtful: Doubtful) -> None:
    """Raises EventError for a closing from a time on, unless it was said that it closes: then the day is closed."""
    if doubtful is Doubtful.ASK:
        time_of_day = f"{begin:%H:%M}"
        raise Question(
            translatable("begins at %(time)s and has no end; give it one, or call the day closed", time=time_of_day)
        )
    if doubtful is Doubtful.OPEN:
        raise EventError(translatable("has no length; give it an end"))


def _ask(question: Message, doubtful: Doubtful, closing: Effect) -> Effect:
    if doubtful is Doubtful.ASK:
        raise Question(question)
    return closing if doubtful is Doubtful.CLOSED else Effect.OPENS


def read_title(event: TextBlock) -> str:
    """The title as one line of at most 60 characters, without invisible ones."""
    written = re.sub(
        r"\\(.)", lambda each: "\n" if each[1] in "nN" else each[1], event.value("SUMMARY")[:_LONGEST_TITLE_READ]
    )
    text = unicodedata.normalize("NFC", unescape(_decode_words(written)))  # web calendars write "Ferm&eacute;"
    plain = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return " ".join(plain.split())[:_TITLE_LENGTH]


def _decode_words(text: str) -> str:
    """The text; mail programs write "=?utf-8?q?Ferm=C3=A9?=" (RFC 2047)."""
    if "=?" not in text:
        return text
    with suppress(HeaderParseError, LookupError, ValueError):
        return str(make_header(decode_header(text)))
    return text
