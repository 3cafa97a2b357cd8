"""Whether visitors of websites would be served."""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.error import URLError
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


def answers(url: str) -> bool:
    """True where the server answers, and can read the base."""
    try:
        with urlopen(f"{url}/health", timeout=ANSWER_MAX_S) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, OSError, ValueError):
        return False
