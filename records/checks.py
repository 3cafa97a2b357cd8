"""Whether the base is fit for a day's calls."""

import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import insert

from records import callback_staff, changes, embargoes, postgresql, switches
from records.base import Base
from records.errors import BaseBusy, RecordsError
from records.migrate import applied, newest
from records.schema import Cursor
from records.switches import SwitchName
from records.verdict import Check
from routing.messages import in_force

ROOM_BYTES = 500 * 1024**2
RESTORE = "Stop everything, keep a copy of the base, and restore the last backup."
RESTORE_FR = "Arrêtez tout, gardez une copie de la base, et restaurez la dernière sauvegarde."


def checks(base: Base) -> Iterator[Check]:
    """The schema, a write, callbacks that wait for a person or stand still, the record of changes, and for a SQLite
    file its integrity, references, rights and the room around it; else the server's version and encoding."""
    yield _checked("base: schema", _schema, base)
    yield _checked("base: writing", _writing, base)
    yield _checked("callbacks: to check", _to_check, base)
    yield _checked("callbacks: paused", _paused, base)
    yield _checked("record of changes", _changes, base)
    if base.file:
        yield _checked("base: integrity", _integrity, base)
        yield _checked("base: references", _references, base)
        yield _checked("base: rights", _rights, base)
        yield _checked("base: room", _room, base)
    else:
        yield _checked("base: server", _server, base)


def _checked(name: str, check: Callable[[Base, str], Check], base: Base) -> Check:
    try:
        return check(base, name)
    except BaseBusy as error:
        return Check(
            name,
            False,
            str(error),
            "Find who holds the base (a backup, an open shell) and let it finish.",
            "Un autre processus écrit dans la base depuis trop longtemps.",
            "Trouvez qui tient la base (une sauvegarde, un terminal ouvert) et laissez-le finir.",
        )
    except (RecordsError, OSError) as error:
        return Check(
            name,
            False,
            str(error),
            "See that this user may write to it; if so, restore the last backup.",
            f"La base ne peut pas être utilisée ({error}).",
            "Vérifiez que cet utilisateur peut y écrire ; si oui, restaurez la dernière sauvegarde.",
        )


def _schema(base: Base, name: str) -> Check:
    found, needed = applied(base), newest()
    if found == needed:
        return Check(name, True, f"The base has schema {needed}.", sentence_fr=f"La base a le schéma {needed}.")
    return Check(
        name,
        False,
        f"The base has schema {found or 'none'}, not {needed}.",
        "Start the server: it upgrades.",
        f"La base a le schéma {found or 'aucun'}, et non {needed}.",
        "Démarrez le serveur : il la met à niveau.",
    )


def _writing(base: Base, name: str) -> Check:
    with base.write(wait_ms=1000) as connection:
        connection.execute(insert(Cursor).values(name="doctor", position=0))
        connection.rollback()
    return Check(name, True, "The base can be written to.", sentence_fr="On peut écrire dans la base.")


def _to_check(base: Base, name: str) -> Check:
    if not (number := len(callback_staff.to_check(base))):
        none, none_fr = "No callback is to be checked.", "Aucun rappel n'est à vérifier."
        return Check(name, True, none, sentence_fr=none_fr)
    return Check(
        name,
        True,
        f"Callbacks that a person must check: {number}.",
        "`standardiste callback check` lists them: call, then `callback treat`; or `callback retry`.",
        f"Rappels qu'une personne doit vérifier : {number}.",
        "`standardiste callback check` les donne : appelez, puis `callback treat` ; ou bien `callback retry`.",
    )


def _paused(base: Base, name: str) -> Check:
    paused = switches.current(base)[SwitchName.CALLBACKS]
    if silence := in_force(embargoes.all(base), datetime.now(UTC)):
        until = f"{silence.ends_at:%Y-%m-%d %H:%M} UTC"
        return Check(
            name,
            True,
            f"Callbacks are held until {until} by the silence {silence.reason!r}: nobody is rung.",
            "It is lifted on the staff console, under Silences.",
            f"Les rappels sont retenus jusqu'au {until} par le silence « {silence.reason} » : personne n'est rappelé.",
            "Il se lève sur la console, dans Silences.",
        )
    if not (paused.on and paused.since):
        return Check(name, True, "Callbacks are not paused.", sentence_fr="Les rappels ne sont pas suspendus.")
    since = f"{paused.since:%Y-%m-%d %H:%M} UTC"
    return Check(
        name,
        True,
        f"Callbacks are paused since {since}, by {paused.by}: nobody is rung.",
        "`standardiste callbacks resume` rings again.",
        f"Les rappels sont suspendus depuis le {since}, par {paused.by} : personne n'est rappelé.",
        "`standardiste callbacks resume` les reprend.",
    )


def _changes(base: Base, name: str) -> Check:
    """The last hash is told so that somebody can note it elsewhere: who takes away the newest changes leaves no gap."""
    chain = changes.verify(base)
    if chain.broken_at is None:
        last = chain.last[:16]
        return Check(
            name,
            True,
            f"The record of changes is whole: {chain.length}, the last {last}.",
            sentence_fr=f"Le journal des modifications est intact : {chain.length}, la dernière {last}.",
        )
    return Check(
        name,
        False,
        f"The record of changes was tampered with: number {chain.broken_at} is not what was written.",
        "Keep a copy of the base, and compare the number with that of the last backups.",
        f"Le journal des modifications a été altéré : le numéro {chain.broken_at} n'est pas ce qui fut écrit.",
        "Gardez une copie de la base, et comparez ce numéro à celui des dernières sauvegardes.",
    )


def _server(base: Base, name: str) -> Check:
    with base.read() as connection:
        version, encoding = postgresql.version(connection), postgresql.encoding(connection)
    if version < postgresql.OLDEST:
        return Check(
            name,
            False,
            f"The server is PostgreSQL {version}, and {postgresql.OLDEST} is the oldest that serves.",
            "Upgrade the server, or move the base to a newer one with pg_dump.",
            f"Le serveur est PostgreSQL {version} ; il faut au moins la version {postgresql.OLDEST}.",
            "Mettez le serveur à niveau, ou déplacez la base sur un plus récent avec pg_dump.",
        )
    if encoding != postgresql.ENCODING:
        return Check(
            name,
            False,
            f"The base keeps its text in {encoding}, which cannot hold every name.",
            "Make one with ENCODING 'UTF8' TEMPLATE template0, and move what is in this one there with pg_dump.",
            f"La base garde ses textes en {encoding}, qui ne peut pas écrire tous les noms.",
            "Créez-en une avec ENCODING 'UTF8' TEMPLATE template0, et déplacez-y celle-ci avec pg_dump.",
        )
    told, told_fr = f"The server is PostgreSQL {version}.", f"Le serveur est PostgreSQL {version}."
    return Check(name, True, told, sentence_fr=told_fr)


def _integrity(base: Base, name: str) -> Check:
    with base.read() as connection:
        faults = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if faults == ["ok"]:
        return Check(name, True, "The base's file is whole.", sentence_fr="Le fichier de la base est intact.")
    damaged = f"The base's file is damaged ({faults[0]})."
    return Check(name, False, damaged, RESTORE, f"Le fichier de la base est abîmé ({faults[0]}).", RESTORE_FR)


def _references(base: Base, name: str) -> Check:
    with base.read() as connection:
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if not orphans:
        return Check(name, True, "Every row's references hold.", sentence_fr="Toutes les références sont tenues.")
    tables = ", ".join(sorted({row[0] for row in orphans}))
    return Check(
        name,
        False,
        f"{len(orphans)} rows refer to rows that are gone, in {tables}.",
        RESTORE,
        f"{len(orphans)} lignes renvoient à des lignes disparues, dans {tables}.",
        RESTORE_FR,
    )


def _rights(base: Base, name: str) -> Check:
    assert base.file
    if base.file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Check(
            name,
            False,
            "Other users of this machine can read the base.",
            f"chmod 600 {base.file}*",
            "D'autres utilisateurs de cette machine peuvent lire la base.",
            f"chmod 600 {base.file}*",
        )
    return Check(
        name, True, "The base is readable by its owner alone.", sentence_fr="Son propriétaire seul peut lire la base."
    )


def _room(base: Base, name: str) -> Check:
    assert base.file
    free = shutil.disk_usage(base.file.parent).free // 1024**2
    told, told_fr = f"{free} MB are free where the base is.", f"{free} Mo sont libres là où est la base."
    if free * 1024**2 >= ROOM_BYTES:
        return Check(name, True, told, sentence_fr=told_fr)
    needed = ROOM_BYTES // 1024**2
    return Check(name, False, told, f"Free {needed} MB.", told_fr, f"Libérez {needed} Mo.")
