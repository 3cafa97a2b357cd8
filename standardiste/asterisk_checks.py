"""What the running Asterisk has loaded, against what it should."""

import re
from itertools import permutations

from records.verdict import Check
from standardiste.rundir import TEMPLATES

EXPECTED = TEMPLATES / "modules.conf"
CODECS = ("alaw", "ulaw", "g722", "slin8", "slin16")


def modules(said: str) -> Check:
    """`said`: the console's answer to `module show`. The list of what is expected is asterisk-conf/modules.conf."""
    expected = set(re.findall(r"^load = (\S+)", EXPECTED.read_text(), re.MULTILINE))
    running = set(re.findall(r"^(\S+\.so) .* Running ", said, re.MULTILINE))
    missing, unexpected = sorted(expected - running), sorted(running - expected)
    if not missing and not unexpected:
        count = len(expected)
        told, told_fr = f"Asterisk runs its {count} modules.", f"Asterisk a chargé ses {count} modules."
        return Check("modules", True, told, sentence_fr=told_fr)
    lack = f"lacks {', '.join(missing)}" * bool(missing)
    more = f"has {', '.join(unexpected)} too" * bool(unexpected)
    lack_fr = f"n'a pas {', '.join(missing)}" * bool(missing)
    more_fr = f"a aussi {', '.join(unexpected)}" * bool(unexpected)
    return Check(
        "modules",
        False,
        f"Asterisk {' and '.join(filter(None, (lack, more)))}.",
        "Restart the server, which loads what asterisk-conf/modules.conf lists; install what is missing.",
        f"Asterisk {' et '.join(filter(None, (lack_fr, more_fr)))}.",
        "Redémarrez le serveur, qui charge la liste asterisk-conf/modules.conf ; installez ce qui manque.",
    )


def codecs(said: str) -> Check:
    """`said`: the console's table of translations; each of our formats must become each other one."""
    rows = [line.split() for line in said.splitlines()]
    columns = next((row for row in rows if set(CODECS) <= set(row) and not row[-1].isdigit()), [])
    table = {row[0]: dict(zip(columns, row[1:], strict=False)) for row in rows if len(row) == len(columns) + 1}
    ways = permutations(CODECS, 2)
    missing = [f"{one}→{other}" for one, other in ways if not table.get(one, {}).get(other, "-").isdigit()]
    if not missing:
        names = ", ".join(CODECS)
        told, told_fr = f"Asterisk translates {names} both ways.", f"Asterisk convertit {names} dans les deux sens."
        return Check("codecs", True, told, sentence_fr=told_fr)
    return Check(
        "codecs",
        False,
        f"Asterisk cannot translate {', '.join(missing)}: some telephones would be silent.",
        "Install Asterisk's codec modules of the same version, and restart the server.",
        f"Asterisk ne sait pas convertir {', '.join(missing)} : certains téléphones seraient muets.",
        "Installez les modules codec de la même version d'Asterisk, puis redémarrez le serveur.",
    )
