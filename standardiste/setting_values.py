"""The values of settings as people write them: lists, tables, URLs, hosts and addresses; each wrong one is refused."""

import json
import re

from routing.access.invitation_file import email_problem


def split_list(value: object) -> object:
    """A list from the environment, separated by commas or spaces."""
    return re.split(r"[\s,]+", value.strip(" ,")) if isinstance(value, str) else value


def parse_json_table(value: object) -> object:
    """A table from the environment, as JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("no JSON; write the trunks as tables of the settings file") from None


def normalize_url(value: str) -> str:
    """The URL without a slash at its end; its path, if any, precedes ours."""
    if value and not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w.~/-]*)?", value):
        raise ValueError(f"{value} is no address; write it as https://www.example.org")
    return value.rstrip("/")


def validate_host(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?", value):
        raise ValueError(f"{value!r} is no host; write a name such as smtp.example.org, without a port")
    return value


def validate_sender(value: str) -> str:
    if value and email_problem(value):
        raise ValueError(f"{value!r} is no e-mail address; write one such as reception@example.org")
    return value
