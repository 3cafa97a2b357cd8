"""Whether staff would be served."""

from collections.abc import Iterable

from records import accounts
from records.base import Base
from records.verdict import Check

_WELL = "Les équipes peuvent se connecter à la console."


def checks(base: Base, url: str, *, answers: bool, in_clear: bool) -> Iterable[Check]:
    """Asks the base whether anybody could log in; `answers`: the console does, at the `url` where this machine finds
    it; `in_clear`: others reach it over the network without encryption."""
    if in_clear:
        yield Check(
            "console: encryption",
            True,
            "The console listens beyond this machine without https: passwords may cross the network readable.",
            "Put your web proxy with TLS before it, and its address into the setting console_url.",
            "La console écoute hors de cette machine sans https : des mots de passe pourraient circuler en clair.",
            "Placez devant elle votre proxy TLS, et son adresse dans le réglage console_url.",
        )
    if not answers:
        yield Check(
            "console",
            False,
            f"Nothing answers at {url}: staff cannot use the console.",
            "Start the server (script/server), or read the log of `console`.",
            f"Rien ne répond à {url} : les équipes n'ont pas de console.",
            "Démarrez le serveur (script/server), ou lisez le journal de `console`.",
        )
    elif accounts.none_yet(base):
        yield Check(
            "console",
            True,
            "Nobody has an account of the console yet.",
            "`standardiste account first` gives the link that makes the first administrator.",
            "Personne n'a encore de compte de la console.",
            "`standardiste account first` donne le lien qui crée le premier administrateur.",
        )
    else:
        yield Check("console", True, "Staff can log in to the console.", sentence_fr=_WELL)
