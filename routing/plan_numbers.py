"""From the tree of a plan's text to its public numbers."""

from collections.abc import Collection

from routing import numbers
from routing.plan import LANGUAGES, Number, PriceNotice
from routing.plan_tree import Node, Reader, quoted


def read_numbers(
    read: Reader, node: Node, country: str, menus: Collection[str], hours: Collection[str]
) -> tuple[Number, ...]:
    """The numbers written at `node`, with the menus and calendars they may name. Their problems go to `read`."""
    taken: set[str] = set()
    entries = read.mapping(node, "one entry for each public number").items()
    return tuple(_number(read, public, entry, country, menus, hours, taken) for public, entry in entries)


def read_e164(read: Reader, node: Node, text: str, country: str) -> str:
    """A number that must be written in international form; `text` stands for itself when it is not."""
    line = numbers.caller_line(text, country)
    if text and line != text:
        advice = f"write {line}" if line else "write + and the country code first, such as +33199000000"
        read.refuse(node, f"{quoted(text)} is not an international number; {advice}")
    return text


def _number(
    read: Reader,
    public: str,
    node: Node,
    country: str,
    menus: Collection[str],
    hours: Collection[str],
    taken: set[str],
) -> Number:
    parts = read.fields(
        node,
        ("landing", "language", "greeting", "menu", "hours"),
        ("surcharged", "price_notice", "price_text"),
    )
    number = Number(
        public=read_e164(read, node, public, country),
        landing=tuple(_landing(read, item, country, taken) for item in read.words(parts["landing"])),
        language=read.one_of(parts["language"], LANGUAGES, "a language"),
        greeting=read.texts(parts["greeting"], LANGUAGES),
        menu=read.one_of(parts["menu"], menus, "a menu of this plan"),
        hours=read.one_of(parts["hours"], hours, "a calendar under hours"),
        surcharged="surcharged" in parts and read.flag(parts["surcharged"]),
        price_notice=_price_notice(read, parts["price_notice"]) if "price_notice" in parts else PriceNotice.OPERATOR,
        price_text=read.texts(parts["price_text"], LANGUAGES) if "price_text" in parts else None,
    )
    _check_price(read, node, number)
    return number


def _landing(read: Reader, node: Node, country: str, taken: set[str]) -> str:
    landing = read_e164(read, node, read.word(node), country)
    if landing in taken:
        read.refuse(
            node, f"{landing} is already a landing number; a call that arrives there can have one treatment only"
        )
    taken.add(landing)
    return landing


def _price_notice(read: Reader, node: Node) -> PriceNotice:
    return PriceNotice(read.one_of(node, tuple(PriceNotice), "a giver of the price notice"))


def _check_price(read: Reader, node: Node, number: Number) -> None:
    """The price is told once: by the operator or by us, and only where there is one."""
    ours = number.price_notice is PriceNotice.APPLICATION
    if ours and not number.surcharged:
        read.refuse(node, "gives a price notice, but is not surcharged; write surcharged: true, or leave it out")
    if ours and number.price_text is None:
        read.refuse(node, "gives the price notice, but not its words; write price_text with fr and en")
    if number.price_text is not None and not ours:
        read.refuse(
            node,
            "has a price_text that nobody hears; leave it out when the operator tells the price, "
            "or write price_notice: application",
        )
