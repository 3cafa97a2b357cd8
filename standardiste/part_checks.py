"""What `doctor` says of our processes: who runs them, and whether each is alive."""

from collections.abc import Iterator

from records.verdict import Check
from standardiste import heartbeat, supervision
from standardiste.guard import ASTERISK, HEARTS
from standardiste.settings import Settings


def states(settings: Settings) -> Iterator[Check]:
    """Where our own supervisor runs: another one, such as systemd, has its own word for the state of a part."""
    parts = supervision.states(settings)
    if not parts:
        yield from _never_started(settings)
    for part, state in parts.items():
        if state == supervision.FROZEN:
            yield _frozen(part, settings)
        elif state == "RUNNING":
            told, told_fr = f"The part `{part}` runs.", f"La partie `{part}` fonctionne."
            yield Check(f"part {part}", True, told, sentence_fr=told_fr)
        else:
            log = settings.log / f"{part}.log"
            yield Check(
                f"part {part}",
                False,
                f"The part `{part}` does not run ({state}).",
                f"Read {log}.",
                f"La partie `{part}` ne fonctionne pas ({state}).",
                f"Lisez {log}.",
            )


def heartbeats(settings: Settings) -> Iterator[Check]:
    """Whoever runs the parts, each leaves a sign of life."""
    for beat in heartbeat.beats(settings.heartbeats):
        name = f"heartbeat {beat.part}"
        if beat.is_late:
            yield Check(
                name,
                False,
                f"The part `{beat.part}` gives no sign of life: it is dead or frozen.",
                f"Restart it; its log is in {settings.log}.",
                f"La partie `{beat.part}` ne donne aucun signe de vie : elle est arrêtée ou figée.",
                f"Redémarrez-la ; son journal est dans {settings.log}.",
            )
        else:
            told, told_fr = f"The part `{beat.part}` is alive.", f"La partie `{beat.part}` est en vie."
            yield Check(name, True, told, sentence_fr=told_fr)


def _never_started(settings: Settings) -> Iterator[Check]:
    """Whoever starts parts says nothing of one that he was never told of. Asterisk itself is asked elsewhere."""
    lived = {beat.part for beat in heartbeat.beats(settings.heartbeats)} | {HEARTS[ASTERISK]}
    if missing := ", ".join(part for part, heart in HEARTS.items() if heart not in lived):
        yield Check(
            "parts",
            False,
            f"Never started here: {missing}.",
            "Have whoever runs the parts (script/server, systemd, containers) start these too.",
            f"Jamais démarré ici : {missing}.",
            "Faites-les démarrer aussi par ce qui lance les parties (script/server, systemd, conteneurs).",
        )


def _frozen(supervisor: str, settings: Settings) -> Check:
    kill = f"kill -9 $(cat {settings.var}/supervisor.pid)"
    return Check(
        f"part {supervisor}",
        False,
        "The supervisor gives no answer: it is frozen, and nobody starts again what dies.",
        f"{kill}; the server ends with it: start it again.",
        "Le superviseur ne répond pas : il est figé, et personne ne relance ce qui s'arrête.",
        f"{kill} ; le serveur s'arrête avec lui : relancez-le.",
    )
