"""Whether we could act on Asterisk, and whether somebody does."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from ami.leader import SWITCH
from ami.link import Account, LinkLost, Refused, WrongPassword, linked
from ami.queue import Queue
from records import leases
from records.base import Base
from records.verdict import Check
from routing.plan import LANGUAGES


def checks(base: Base, account: Account, at: datetime) -> Iterator[Check]:
    """The manager interface as `serve-switch` uses it, and the process that leads. Raises RecordsError."""
    try:
        members = asyncio.run(_members(account))
    except WrongPassword as error:
        yield Check(
            "manager interface",
            False,
            str(error),
            "Restart the server: script/server.",
            "Asterisk refuse notre nom ou notre mot de passe.",
            "Redémarrez le serveur : script/server.",
        )
    except (LinkLost, Refused) as error:
        yield Check(
            "manager interface",
            False,
            f"{error}.",
            "Start the server (script/server).",
            f"L'interface de commande d'Asterisk ne répond pas ({error}).",
            "Démarrez le serveur (script/server).",
        )
    else:
        yield Check(
            "manager interface",
            True,
            f"Asterisk lets us in; {members} members are in the queues.",
            sentence_fr=f"Asterisk nous laisse entrer ; les files comptent {members} membres.",
        )
    if leases.is_held(base, SWITCH, at):
        yield Check(
            "leader",
            True,
            "A process follows Asterisk and acts on it.",
            sentence_fr="Un processus suit Asterisk et agit sur lui.",
        )
    else:
        yield Check(
            "leader",
            False,
            "No process acts on Asterisk: presence, overflow and voicemail stay as they are.",
            "Read the log of `switch`, and start the server again.",
            "Aucun processus n'agit sur Asterisk : présences, débordement et messagerie restent en l'état.",
            "Lisez le journal de `switch`, puis redémarrez le serveur.",
        )


async def _members(account: Account) -> int:
    async with linked(account, lambda event: None) as link:
        members = [(await Queue(link, language).status()).seats for language in LANGUAGES]
    return max(map(len, members))  # everybody is a member of each
