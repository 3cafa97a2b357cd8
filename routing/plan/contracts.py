"""Reads the contract of an overflow centre in a plan."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from routing.centres.contract import AnsweredBy, CentreContract, CodeTold, RoundedOn, Tariff
from routing.errors import InvalidTextError
from routing.plan.bounds import CONTRACT, MAX_PRICE
from routing.plan.tree import Node, NodeReader
from routing.quoting import quote_word
from translations.message import translatable

_PRICE = re.compile(r"\d{1,7}(?:[.,]\d{1,4})?", re.ASCII)
_PRICES = ("contact_price", "hour_price", "set_up")
_DAYS = {"from": "starts_on", "until": "ends_on"}


def read_contract(reader: NodeReader, node: Node | None, hours: Collection[str]) -> CentreContract:
    """The contract of this node; one in which nothing is agreed without it. `hours`: the names of the plan's hours."""
    if node is None or not node.value:
        return CentreContract()
    words = ("paid_by", "answered_by", "from", "until", *_PRICES, "rounded_on", "outcomes", "script", "code", "hours")
    parts = reader.read_fields(node, (), (*words, *CONTRACT))
    values: dict[str, object] = {
        name: reader.read_integer(parts[name], *CONTRACT[name]) for name in CONTRACT if name in parts
    }
    values |= {name: _read_price(reader, parts[name]) for name in _PRICES if name in parts}
    values |= {name: _read_day(reader, parts[key]) for key, name in _DAYS.items() if key in parts}
    if "paid_by" in parts:
        expected = translatable("what a centre is paid for")
        values["paid_by"] = Tariff(reader.read_choice(parts["paid_by"], tuple(Tariff), expected))
    if "answered_by" in parts:
        expected = translatable("who answers at a centre")
        values["answered_by"] = AnsweredBy(reader.read_choice(parts["answered_by"], tuple(AnsweredBy), expected))
    if "rounded_on" in parts:
        expected = translatable("what is rounded to the cent")
        values["rounded_on"] = RoundedOn(reader.read_choice(parts["rounded_on"], tuple(RoundedOn), expected))
    if "outcomes" in parts:
        names = [reader.read_scalar(item) for item in reader.read_items(parts["outcomes"])]
        values["outcomes"] = tuple(dict.fromkeys(names))
    if "code" in parts:
        expected = translatable("how an agent of a centre learns the code of a call")
        values["code"] = CodeTold(reader.read_choice(parts["code"], tuple(CodeTold), expected))
    if "hours" in parts:
        values["hours"] = reader.read_choice(parts["hours"], hours, translatable("opening hours of this plan"))
    if "script" in parts:
        values["script"] = reader.read_localized_text(parts["script"])
    contract = CentreContract(**values)  # type: ignore[arg-type]
    _check(reader, node, parts, contract)
    return contract


def _check(reader: NodeReader, node: Node, parts: Mapping[str, Node], contract: CentreContract) -> None:
    """What the entries say together."""
    if contract.starts_on and contract.ends_on and contract.ends_on < contract.starts_on:
        reader.add_problem(parts["until"], translatable("the contract ends before it begins"))
    if (contract.service_percent is None) is not (contract.service_s is None):
        reader.add_problem(
            parts.get("service_percent", parts.get("service_s", node)),
            translatable("a service level needs both, service_percent and service_s: so many calls in so long"),
        )
    if contract.code is CodeTold.SPOKEN and contract.answered_by is AnsweredBy.ACD:
        reader.add_problem(
            parts["code"],
            translatable("nobody hears a code where a telephone system answers; write shown, or answered_by: agent"),
        )
    if contract.penalty_percent and contract.service_percent is None:
        reader.add_problem(parts["penalty_percent"], translatable("a penalty needs a service level that can be missed"))


def _read_price(reader: NodeReader, node: Node) -> Decimal:
    return reader.convert(node, _parse_price, reader.read_scalar(node) or "0", Decimal(0))


def _parse_price(text: str) -> Decimal:
    typed = "".join(text.split()).removesuffix("€")
    if not _PRICE.fullmatch(typed) or (price := Decimal(typed.replace(",", "."))) > MAX_PRICE:
        raise InvalidTextError(
            translatable(
                "%(word)s is not an amount in euros; write one such as 2.45, up to %(high)s",
                word=quote_word(text),
                high=MAX_PRICE,
            )
        )
    return price


def _read_day(reader: NodeReader, node: Node) -> date | None:
    return reader.convert(node, _parse_day, reader.read_scalar(node), None)


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidTextError(
            translatable("%(word)s is not a day; write one such as 2030-12-31", word=quote_word(text))
        ) from None
