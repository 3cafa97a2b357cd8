"""The prompts that Asterisk 22 plays by itself: those of Queue() and the numbers of SayNumber().

File names are fixed by Asterisk: app_queue.c (`queue-…`), say.c (`digits/…`, French needs `et` and `1F`).
"""

# Queue() plays these around a number, always in its masculine form: the French texts put no counted noun after the
# number, because "un minute" would be wrong.
_QUEUE = {
    "queue-youarenext": ("C'est bientôt à vous.", "You are next."),
    "queue-thereare": ("Vous êtes au numéro", "You are number"),
    "queue-callswaiting": ("dans la file d'attente.", "in the queue."),
    "queue-quantity1": ("Le nombre de personnes qui attendent dépasse", "The number of people waiting is above"),
    "queue-quantity2": ("en ce moment.", "at the moment."),
    "queue-holdtime": ("L'attente estimée, en minutes, est de", "The estimated wait, in minutes, is"),
    "queue-minute": ("environ.", "or so."),
    "queue-minutes": ("environ.", "or so."),
    "queue-seconds": ("secondes.", "seconds."),
    "queue-reporthold": ("Durée d'attente de l'appelant :", "The caller's waiting time:"),
}

_NUMBERS = {
    0: ("zéro", "zero"),
    1: ("un", "one"),
    2: ("deux", "two"),
    3: ("trois", "three"),
    4: ("quatre", "four"),
    5: ("cinq", "five"),
    6: ("six", "six"),
    7: ("sept", "seven"),
    8: ("huit", "eight"),
    9: ("neuf", "nine"),
    10: ("dix", "ten"),
    11: ("onze", "eleven"),
    12: ("douze", "twelve"),
    13: ("treize", "thirteen"),
    14: ("quatorze", "fourteen"),
    15: ("quinze", "fifteen"),
    16: ("seize", "sixteen"),
    17: ("dix-sept", "seventeen"),
    18: ("dix-huit", "eighteen"),
    19: ("dix-neuf", "nineteen"),
    20: ("vingt", "twenty"),
    30: ("trente", "thirty"),
    40: ("quarante", "forty"),
    50: ("cinquante", "fifty"),
    60: ("soixante", "sixty"),
    70: ("soixante-dix", "seventy"),
    80: ("quatre-vingts", "eighty"),
    90: ("quatre-vingt-dix", "ninety"),
}

ASTERISK_WORDS: dict[str, dict[str, str]] = {
    **{key: {"fr": french, "en": english} for key, (french, english) in _QUEUE.items()},
    **{f"digits/{number}": {"fr": french, "en": english} for number, (french, english) in _NUMBERS.items()},
    "digits/hundred": {"fr": "cent", "en": "hundred"},
    "digits/thousand": {"fr": "mille", "en": "thousand"},
    "digits/star": {"fr": "étoile", "en": "star"},
    "digits/pound": {"fr": "dièse", "en": "hash"},
    "digits/et": {"fr": "et"},
    "digits/1F": {"fr": "une"},
}
