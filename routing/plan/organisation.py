"""Reads what a plan says of the organisation."""

import re
from collections.abc import Mapping
from typing import Any

from routing.access.invitation_file import email_problem
from routing.languages import LANGUAGES
from routing.organisation import Organisation
from routing.plan.tree import Node, NodeReader
from routing.quoting import quote_word
from translations.message import translatable

MAX_ADDRESS = 300  # characters of the address of a page

_PAGE = re.compile(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?([/?#][!-~]*)?", re.ASCII | re.IGNORECASE)
_FIELDS = ("name", "callback_text", "privacy_contact", "privacy_email", "privacy_address", "privacy_page")


def read_organisation(reader: NodeReader, node: Node) -> Organisation:
    """The organisation of this node. A name by language alone, as older plans have it, is read too."""
    if isinstance(node.value, Mapping) and node.value and set(node.value) <= set(LANGUAGES):
        return Organisation(name=reader.read_localized_text(node))
    parts = reader.read_fields(node, (), _FIELDS)
    texts = {name: reader.read_localized_text(parts[name]) for name in _FIELDS[:2] if name in parts}
    lines = {name: reader.read_text(parts[name]) for name in ("privacy_contact", "privacy_address") if name in parts}
    if "privacy_email" in parts:
        lines["privacy_email"] = _read_email(reader, parts["privacy_email"])
    if "privacy_page" in parts:
        lines["privacy_page"] = _read_page(reader, parts["privacy_page"])
    values: dict[str, Any] = {**texts, **lines}
    return Organisation(**values)


def _read_email(reader: NodeReader, node: Node) -> str:
    email = reader.read_scalar(node)
    if email and email_problem(email):
        reason = translatable(
            "%(word)s is not an e-mail address; write one such as privacy@example.org", word=quote_word(email)
        )
        reader.add_problem(node, reason)
    return email


def _read_page(reader: NodeReader, node: Node) -> str:
    page = reader.read_scalar(node)
    if page and (len(page) > MAX_ADDRESS or not _PAGE.fullmatch(page)):
        reason = translatable(
            "%(word)s is not the address of a page; write it as https://www.example.org/privacy", word=quote_word(page)
        )
        reader.add_problem(node, reason)
    return page
