"""Reads the public numbers of a plan."""

from collections.abc import Collection
from dataclasses import dataclass, field

from routing import numbers
from routing.plan.model import PriceNoticeSource, PublicNumber
from routing.plan.tree import Node, NodeReader
from routing.quoting import quote_word
from translations.message import translatable


def read_numbers(
    reader: NodeReader, node: Node, country: str, menus: Collection[str], hours: Collection[str]
) -> tuple[PublicNumber, ...]:
    """The numbers of this node; `menus` and `hours` are the names that they may use."""
    entries = reader.read_mapping(node, translatable("one entry for each public number")).items()
    one = _NumberReader(reader, country, menus, hours)
    return tuple(one.read(public_number, entry) for public_number, entry in entries)


def read_e164(reader: NodeReader, node: Node, text: str, country: str) -> str:
    """A number that must be written in international form; the text itself by default.

    Versions up to 0.2 held overseas VoIP numbers for metropolitan: plans that write them under +33 are still read.
    """
    e164 = numbers.parse_typed_number(text, country)
    if e164 and text == numbers.under_metropolitan_code(e164):
        return e164
    if text and e164 != text:
        word = quote_word(text)
        reader.add_problem(
            node,
            translatable("%(word)s is not an international number; write %(number)s", word=word, number=e164)
            if e164
            else translatable(
                "%(word)s is not an international number; write + and the country code first, such as +33199000000",
                word=word,
            ),
        )
    return text


@dataclass(frozen=True, slots=True)
class _NumberReader:
    """Reads the numbers of a plan. `landing_numbers` are those of the numbers read so far."""

    reader: NodeReader
    country: str
    menus: Collection[str]
    hours: Collection[str]
    landing_numbers: set[str] = field(default_factory=set)

    def read(self, public_number: str, node: Node) -> PublicNumber:
        reader = self.reader
        parts = reader.read_fields(
            node,
            ("landing", "greeting", "menu", "hours", *(["language"] if len(reader.languages) > 1 else [])),
            ("language", "surcharged", "price_notice", "price_text"),
        )
        number = PublicNumber(
            e164=read_e164(reader, node, public_number, self.country),
            landing_numbers=tuple(self._read_landing_number(item) for item in reader.read_items(parts["landing"])),
            language=self._read_language(parts.get("language")),
            greeting=reader.read_localized_text(parts["greeting"]),
            menu=reader.read_choice(parts["menu"], self.menus, translatable("a menu of this plan")),
            hours=reader.read_choice(parts["hours"], self.hours, translatable("a calendar under hours")),
            surcharged="surcharged" in parts and reader.read_boolean(parts["surcharged"]),
            price_notice_source=_read_price_notice(reader, parts["price_notice"])
            if "price_notice" in parts
            else PriceNoticeSource.OPERATOR,
            price_text=reader.read_localized_text(parts["price_text"]) if "price_text" in parts else None,
        )
        _check_price(reader, node, number)
        return number

    def _read_language(self, node: Node | None) -> str:
        """The language of a number, which need not be written where only one is spoken."""
        spoken = self.reader.languages
        if node is None:
            return spoken[0]
        return self.reader.read_choice(node, spoken, translatable("a language that callers are served in"))

    def _read_landing_number(self, node: Node) -> str:
        landing = read_e164(self.reader, node, self.reader.read_scalar(node), self.country)
        if landing in self.landing_numbers:
            self.reader.add_problem(
                node,
                translatable(
                    "%(number)s is already a landing number; a call that arrives there can have one treatment only",
                    number=landing,
                ),
            )
        self.landing_numbers.add(landing)
        return landing


def _read_price_notice(reader: NodeReader, node: Node) -> PriceNoticeSource:
    return PriceNoticeSource(
        reader.read_choice(node, tuple(PriceNoticeSource), translatable("a giver of the price notice"))
    )


def _check_price(reader: NodeReader, node: Node, number: PublicNumber) -> None:
    """The price is announced once, by the operator or by us, and only for a surcharged number."""
    ours = number.price_notice_source is PriceNoticeSource.APPLICATION
    if ours and not number.surcharged:
        reader.add_problem(
            node, translatable("gives a price notice, but is not surcharged; write surcharged: true, or leave it out")
        )
    if ours and number.price_text is None:
        reader.add_problem(
            node, translatable("gives the price notice, but not its words; write price_text with fr and en")
        )
    if number.price_text is not None and not ours:
        reader.add_problem(
            node,
            translatable(
                "has a price_text that nobody hears; leave it out when the operator tells the price, "
                "or write price_notice: application"
            ),
        )
