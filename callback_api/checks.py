"""Whether visitors of websites would be served."""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from records.verdict import Check

ANSWER_MAX_S = 3.0
_WELL = "Les visiteurs de nos sites peuvent demander à être rappelés."


def checks(url: str) -> Iterable[Check]:
    """Asks the running server for a sign of life; `url`: where this machine finds it."""
    if answers(url):
        yield Check("public", True, "Visitors of our websites can ask for callbacks.", sentence_fr=_WELL)
    else:
        yield Check(
            "public",
            False,
            f"Nothing answers at {url}: visitors cannot ask for callbacks.",
            "Start the server (script/server), or read the log of `public`.",
            f"Rien ne répond à {url} : les visiteurs ne peuvent pas demander à être rappelés.",
            "Démarrez le serveur (script/server), ou lisez le journal de `public`.",
        )


def lives(url: str) -> bool:
    """True where the server answers at all, be it that there is no base."""
    return _status(f"{url}/health") is not None


def answers(url: str) -> bool:
    """True where the server answers, and can read the base."""
    return _status(f"{url}/health") == HTTPStatus.OK


def _status(url: str) -> int | None:
    try:
        with urlopen(url, timeout=ANSWER_MAX_S) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
    except (URLError, OSError, ValueError):
        return None
