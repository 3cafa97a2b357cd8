"""Whether visitors of websites would be served."""

from collections.abc import Iterable

from records.verdict import Check

_WELL = "Les visiteurs de nos sites peuvent demander à être rappelés."


def checks(url: str, *, answers: bool) -> Iterable[Check]:
    """`answers`: the server does, at the `url` where this machine finds it."""
    if answers:
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
