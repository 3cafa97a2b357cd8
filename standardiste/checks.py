"""Whether this installation is as it should be: Asterisk, the parts, trunks, overflow centres, backups."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from agi.flows.member import offer_s
from records import callback_staff, plans
from records.verdict import Check
from routing.callback_rules import First
from standardiste import asterisk_checks, backup, machine_checks, part_checks, trunk_states
from standardiste.asterisk import AsteriskMissing
from standardiste.installation import Installation
from standardiste.server import asterisk_says

START = "Start the server: script/server."
START_FR = "Démarrez le serveur : script/server."

BACKUP_EVERY = timedelta(hours=36)  # a day, and some patience


def checks(house: Installation) -> Iterable[Check]:
    """Versions, Asterisk and its modules, the parts, rights, ports, clock, disk."""
    yield machine_checks.python()
    yield from _asterisk(house)
    if not house.settings.etc.exists():
        yield Check(
            "folders",
            False,
            f"Nothing is prepared in {house.settings.var}.",
            START,
            f"Rien n'est préparé dans {house.settings.var}.",
            START_FR,
        )
        return
    yield from part_checks.states(house.settings)
    yield from part_checks.heartbeats(house.settings)
    yield from machine_checks.rights(house.settings)
    yield from _trunks(house)
    yield machine_checks.ports(house.settings)
    yield from machine_checks.clock(house.settings)
    yield machine_checks.disk(house.settings)


def _asterisk(house: Installation) -> Iterator[Check]:
    try:
        version = ".".join(map(str, house.asterisk.version))
    except AsteriskMissing as error:
        yield Check(
            "asterisk",
            False,
            "No usable Asterisk.",
            str(error),
            "Aucun Asterisk utilisable.",
            "Lancez script/prepare, qui en installe un, ou nommez le vôtre dans le réglage `asterisk`.",
        )
        return
    yield Check("asterisk", True, f"Asterisk {version}.", sentence_fr=f"Asterisk {version}.")
    if "fully booted" in asterisk_says(house, "core waitfullybooted"):
        yield Check("switch", True, "Asterisk runs.", sentence_fr="Asterisk fonctionne.")
        yield asterisk_checks.modules(asterisk_says(house, "module show"))
        yield asterisk_checks.codecs(asterisk_says(house, "core show translation"))
    else:
        yield Check(
            "switch",
            False,
            "Asterisk does not run: nobody is answered.",
            START,
            "Asterisk ne fonctionne pas : personne n'est accueilli.",
            START_FR,
        )


def _trunks(house: Installation) -> Iterator[Check]:
    """Each of the operators' trunks."""
    settings = house.settings
    for state in trunk_states.states(settings.trunks, lambda line: asterisk_says(house, line)):
        name = f"trunk {state.name}"
        sentence, _, mend = state.fault.partition("; ")
        if state.fault:
            yield Check(
                name,
                False,
                f"{sentence}.",
                f"{mend[:1].upper()}{mend[1:]}",
                f"Aucun appel ne passe par le trunk {state.name} ({state.words}).",
                "Vérifiez dans les réglages son adresse, son compte et son transport, puis le pare-feu.",
            )
        else:
            told, told_fr = f"The trunk {state.name}: {state.words}.", f"Le trunk {state.name} : rien à signaler."
            yield Check(name, True, told, sentence_fr=told_fr)


def centres(house: Installation) -> Iterable[Check]:
    """Whether each of the plan's overflow centres can be called: by the trunk that it names, or by any."""
    trunks = house.settings.trunks
    for centre in house.plan.overflow.centres:
        name = f"centre {centre.name}"
        if centre.trunk and centre.trunk not in trunks:
            yield Check(
                name,
                False,
                f"The plan's centre {centre.name} names the trunk {centre.trunk}, which is not there.",
                "Name one of the settings in the plan, or add it: `standardiste trunk add`.",
                f"Le centre {centre.name} du plan nomme le trunk {centre.trunk}, qui n'existe pas.",
                "Nommez dans le plan un trunk des réglages, ou ajoutez-le : `standardiste trunk add`.",
            )
        elif not trunks:
            yield Check(
                name,
                False,
                f"No trunk leads to the centre {centre.name}.",
                "See `standardiste trunk add`.",
                f"Aucun trunk ne mène au centre {centre.name}.",
                "Voyez `standardiste trunk add`.",
            )


def callbacks(house: Installation) -> Iterable[Check]:
    """Without a trunk what visitors are promised cannot be done: a fault once somebody waits. With one, whoever is
    offered a callback must have the time to pick up and to hear the whole offer. Raises RecordsError."""
    if house.settings.trunks:
        yield from _time_to_accept(house)
        return
    count = len(callback_staff.waiting(house.base))
    yield Check(
        "callbacks",
        not count,
        f"No trunk leads outside: callbacks are accepted and wait ({count}), and nobody can be rung.",
        "Add your operator's trunk (`standardiste trunk add NAME ADDRESS`), and restart the server.",
        f"Aucun trunk ne mène au-dehors : les rappels sont acceptés et attendent ({count}), personne n'est appelé.",
        "Ajoutez le trunk de votre opérateur (`standardiste trunk add NOM ADRESSE`), puis redémarrez le serveur.",
    )


def _time_to_accept(house: Installation) -> Iterator[Check]:
    plan, needed_s = house.plan, 2 * offer_s(house.settings.sounds, house.plan)
    if plan.callbacks.first is First.AGENT and plan.staff.ring_s < needed_s:
        yield Check(
            "callbacks: offer",
            False,
            f"Telephones ring for {plan.staff.ring_s} s: who picks up late for a callback is cut off in its offer.",
            f"Set staff.ring_s to {needed_s} or more in the plan.",
            f"Les postes sonnent {plan.staff.ring_s} s : qui décroche tard pour un rappel est coupé pendant l'annonce.",
            f"Mettez staff.ring_s à {needed_s} ou plus dans le plan.",
        )


def backups(house: Installation, at: datetime) -> Iterable[Check]:
    """How old the last backup is; without any, how long there has been something to lose. Raises RecordsError."""
    kept = backup.kept(house.settings.backups)
    if kept:
        age = at.timestamp() - kept[0].stat().st_mtime
        told, told_fr = "The last backup is", "La dernière sauvegarde date d'il y a"
    else:
        age = (at - min((version.created_at for version in plans.history(house.base)), default=at)).total_seconds()
        told, told_fr = "There is no backup, after", "Il n'y a aucune sauvegarde, après"
    hours = max(0, int(age // 3600))
    sentence, sentence_fr = f"{told} {hours} hours{' old' if kept else ''}.", f"{told_fr} {hours} heures."
    mend = "Run `standardiste backup` every night; docs/install-debian.md has a timer."
    mend_fr = "Lancez `standardiste backup` chaque nuit ; docs/install-debian.md propose un minuteur."
    if age < BACKUP_EVERY.total_seconds() and kept:
        yield Check("backup", True, sentence, sentence_fr=sentence_fr)
    else:
        yield Check("backup", age < BACKUP_EVERY.total_seconds(), sentence, mend, sentence_fr, mend_fr)
