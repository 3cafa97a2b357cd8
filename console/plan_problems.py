"""The validator's reasons, for French readers. A reason that is not in the table stays as the validator words it."""

import re
from dataclasses import dataclass

_VALUE = r"(?P<value>'.*?'|\".*?\"|\w+)"
_FRENCH = (
    (r"needs a value", "est à remplir"),
    (r"is empty; write what is to be said", "est vide ; écrivez ce qu'il faut dire"),
    (r"is longer than (?P<most>\d+) characters; say it shorter", "dépasse {most} caractères ; dites-le en plus court"),
    (
        r"holds a line break or an invisible character; write one plain line",
        "contient un saut de ligne ou un caractère invisible ; écrivez une seule ligne simple",
    ),
    (r"holds a character that no text may hold", "contient un caractère interdit dans un texte"),
    (rf"{_VALUE} is given twice", "{value} est donné deux fois"),
    (
        rf"{_VALUE} is not a whole number of (?P<unit>\w+) from (?P<low>\d+) to (?P<high>\d+)",
        "{value} n'est pas un nombre entier de {low} à {high}",
    ),
    (
        rf"{_VALUE} is not a key of a telephone; choose one of 0-9, \* and #",
        "{value} n'est pas une touche de téléphone ; choisissez 0 à 9, * ou #",
    ),
    (r"no key leads to a person.*", "aucune touche ne mène à une personne ; il en faut une"),
    (r"no key has a text.*", "aucune touche n'a de texte : l'appelant n'entendrait rien"),
    (
        r"has a text in one language only.*",
        "n'a de texte que dans une langue ; donnez les deux, ou aucun pour une touche muette",
    ),
    (
        r"needs (?P<count>\d+) different wordings, one for each new try",
        "demande {count} formulation(s) différente(s), une pour chaque nouvel essai",
    ),
    (r"needs a list in brackets.*", "est à remplir"),
    (r"needs exactly one of to, play and repeat", "doit faire une seule chose"),
    (r"leads to an overflow centre.*", "mène au centre de débordement, mais ce plan n'en a pas"),
    (r"a menu never hangs up.*", "un menu ne raccroche jamais ; choisissez équipe, rappel ou messagerie"),
    (
        rf"{_VALUE} is not a time span.*",
        "{value} n'est pas un horaire ; écrivez 09:00-12:30, plusieurs séparés par des virgules",
    ),
    (rf"{_VALUE} is not a time of day; the last one is 24:00", "{value} n'est pas une heure ; la dernière est 24:00"),
    (rf"{_VALUE} is not a time of day.*", "{value} n'est pas une heure ; écrivez par exemple 09:00"),
    (
        rf"{_VALUE} ends before it begins.*",
        "{value} finit avant de commencer ; une nuit s'écrit 22:00-24:00, puis 00:00-06:00 le lendemain",
    ),
    (rf"{_VALUE} overlaps or is out of order.*", "{value} se chevauche ou n'est pas dans l'ordre"),
    (rf"{_VALUE} runs backwards.*", "{value} est à l'envers ; le premier jour d'abord"),
    (rf"{_VALUE} is not a date.*", "{value} n'est pas une date ; écrivez année-mois-jour, par exemple 2030-12-24"),
    (
        rf"{_VALUE} is not in a year from (?P<low>\d+) to (?P<high>\d+)",
        "{value} n'est pas dans les années {low} à {high}",
    ),
    (
        rf"{_VALUE} is longer than (?P<most>\d+) days.*",
        "{value} dépasse {most} jours ; changez plutôt la semaine",
    ),
    (
        r"nobody waits longer than (?P<most>\d+) seconds.*",
        "personne n'attend plus de {most} secondes (l'attente la plus longue)",
    ),
    (r"lacks (fr|en)", "est à remplir aussi : les deux langues vont ensemble"),
    (r"lacks (?P<names>.*)", "il manque {names}"),
    (rf"{_VALUE} is not known here; choose (?P<names>.*)", "{value} n'existe pas ici ; choisissez {names}"),
    (rf"{_VALUE} is not (?P<what>.*); choose (?P<names>.*)", "{value} n'est pas possible ici ; choisissez {names}"),
    (
        r"(?P<place>\S+) is written in a way that forms cannot change.*",
        "{place} est écrit d'une manière que les formulaires ne savent pas changer ; modifiez le texte complet",
    ),
    (r"The plan has no (?P<place>\S+) any more.*", "le plan n'a plus de {place} ; relisez-le"),
    (r"the plan is empty", "le plan est vide"),
    (r"cannot be read: (?P<why>.*)", "illisible ({why})"),
)
_RULES = tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in _FRENCH)


@dataclass(frozen=True, slots=True)
class Said:
    """A reason in words; `language` is theirs, which is not always the reader's."""

    text: str
    language: str


def said(reason: str, language: str) -> Said:
    if language == "fr":
        for pattern, french in _RULES:
            if match := pattern.fullmatch(reason):
                # What people typed may hold braces: it is put in last, and is no pattern itself.
                return Said(french.format_map(match.groupdict()), "fr")
    return Said(reason, "en")
