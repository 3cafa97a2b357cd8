"""The sentences of the review, as callers will notice them."""

from collections.abc import Callable
from datetime import date

import pytest
from rich_plan import RICH_PLAN
from unbroken_spaces import with_ordinary_spaces

from console.plan.comparison.whole import PlanChanges, compare_plans
from routing.plan.parsing import parse_plan

TODAY = date(2030, 12, 20)
SPACE = "\N{NO-BREAK SPACE}"


def compare(old: str, new: str, today: date = TODAY) -> PlanChanges:
    assert old in RICH_PLAN
    return compare_plans(parse_plan(RICH_PLAN), parse_plan(RICH_PLAN.replace(old, new)), today)


def sentences(changes: PlanChanges) -> list[str]:
    return [with_ordinary_spaces(notice.text).replace(SPACE, " ") for part in changes.parts for notice in part.notices]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "mon-thu: 08:30",
            "mon: 09:00-12:30, 13:30-18:00\n      tue-thu: 08:30",
            "Le lundi, nous ouvrirons à 9 h au lieu de 8 h 30.",
        ),
        ("mon-thu: 08:30", "mon-thu: 09:00", "Du lundi au jeudi, nous ouvrirons à 9 h au lieu de 8 h 30."),
        ("13:30-17:00", "13:30-16:30", "Le vendredi, nous fermerons à 16 h 30 au lieu de 17 h."),
        ("13:30-17:00", "14:00-17:00", "Le vendredi, nous rouvrirons à 14 h au lieu de 13 h 30."),
        ("fri: 09:00-12:30", "fri: 09:00-12:00", "Le vendredi, la pause commencera à 12 h au lieu de 12 h 30."),
        (
            "fri: 09:00-12:30, 13:30-17:00",
            "fri: closed",
            "Le vendredi, nous serons fermés (jusqu'ici : de 9 h à 12 h 30 et de 13 h 30 à 17 h).",
        ),
        (
            "    exceptions:",
            "      sat-sun: 10:00-12:00\n    exceptions:",
            "Le samedi et le dimanche, nous serons ouverts de 10 h à 12 h au lieu d'être fermés.",
        ),
        (
            "holidays: metropolitan",
            "holidays: none",
            "Les jours fériés seront des jours comme les autres ; jusqu'ici nous étions fermés.",
        ),
        (
            "2030-12-24: 09:00-12:00",
            "2030-12-24: closed",
            "Le mardi 24 décembre 2030, nous serons fermés (jusqu'ici : de 9 h à 12 h).",
        ),
        (
            "2030-12-24: 09:00-12:00",
            "2031-01-06: closed\n      2030-12-24: 09:00-12:00",
            "Le lundi 6 janvier 2031, nous serons fermés (jusqu'ici : de 8 h 30 à 12 h 30 et de 13 h 30 à 18 h).",
        ),
        (
            "fr: Nous sommes en congés.",
            "fr: À bientôt.",
            "Du lundi 4 août 2031 au dimanche 17 août 2031 : les appelants qui nous trouvent fermés entendront "
            ": « À bientôt. » Jusqu'ici : « Nous sommes en congés. »",
        ),
        (
            '"3": {play: daily',
            '"3": {to: voicemail',
            "La touche 3 permettra de laisser un message vocal au lieu de faire entendre « Message du jour ».",
        ),
        (
            "fr: Pour être rappelé",
            "fr: Pour un rappel",
            "Touche 2 : elle sera annoncée par : « Pour un rappel » Jusqu'ici : « Pour être rappelé »",
        ),
        (
            "greeting: {fr: Bonjour.",
            "greeting: {fr: Bienvenue.",
            "Les appelants seront accueillis par : « Bienvenue. » Jusqu'ici : « Bonjour. »",
        ),
        (
            "max_wait_s: 300",
            "max_wait_s: 240",
            "Après 4 minutes d'attente au lieu de 5 minutes, une autre solution sera proposée aux appelants.",
        ),
        (
            "  - {when: waiting-above, value: 10}",
            "  - {when: closed}",
            "Désormais : un appel y part quand nous sommes fermés.",
        ),
        (
            "when_none: last",
            "when_none: sentence",
            "Quand aucun message n'est plus valable : les appelants entendent qu'il n'y en a pas (jusqu'ici : "
            "le dernier reste diffusé).",
        ),
        (
            "ranges: [metropolitan, belgium]",
            "ranges: [metropolitan]",
            "Seuls les numéros de France métropolitaine seront rappelés.",
        ),
        ("reception: 365", "reception: 200", "Les appels seront conservés 200 jours au lieu de 365."),
    ],
)
def test_what_callers_will_notice_is_said_in_french(
    speak: Callable[[str], None], old: str, new: str, sentence: str
) -> None:
    speak("fr")
    assert sentence in sentences(compare(old, new))


def test_a_new_number_and_a_removed_one(speak: Callable[[str], None]) -> None:
    speak("fr")
    said = sentences(compare('"+33899000000"', '"+33899000001"'))
    assert "Un nouveau numéro, le 0 899 00 00 01, sera pris." in said
    assert "Les appels au 0 899 00 00 00 ne seront plus pris." in said


def test_only_remarks_are_noticed_by_nobody(speak: Callable[[str], None]) -> None:
    speak("fr")
    changes = compare("timezone:", "# a remark\ntimezone:")
    assert changes.parts == () and changes.spoken == () and not changes.is_noticed


def test_what_the_team_alone_notices_is_not_noticed_by_callers(speak: Callable[[str], None]) -> None:
    speak("en")
    for old, new in (
        ("reception: 365", "reception: 9"),
        ("  wrapup_s: 10", "  wrapup_s: 11"),
        ("more_wrapup_s: 60", "more_wrapup_s: 61"),
        ("answer_within_s: 30", "answer_within_s: 31"),
        ("outcome: required", "outcome: optional"),
        ("browser_away_s: 90", "browser_away_s: 91"),
        ("fr: Réunion", "fr: Point"),
        ("en: Office}", "en: Desk}"),
    ):
        changes = compare(old, new)
        assert changes.parts and not changes.is_noticed
    assert compare("ring_s: 20\n", "ring_s: 21\n").is_noticed


def test_hours_that_no_number_follows_are_noticed_by_nobody(speak: Callable[[str], None]) -> None:
    speak("fr")
    changes = compare("hours:\n  office:", "hours:\n  spare:\n    week: {mon: 09:00-10:00}\n  office:")
    assert (
        with_ordinary_spaces(changes.parts[0].title) == "Horaires « Spare », qu'aucun numéro ne suit"
        and not changes.is_noticed
    )


def test_days_that_are_past_are_one_sentence(speak: Callable[[str], None]) -> None:
    speak("fr")
    changes = compare("2030-12-24: 09:00-12:00", "2030-12-23: closed", date(2031, 1, 1))
    assert sentences(changes) == [
        "Des jours particuliers déjà passés sont modifiés ou retirés : personne ne le remarquera."
    ]


def test_two_weeks_of_holidays_are_one_sentence_although_the_days_of_the_week_differ(
    speak: Callable[[str], None],
) -> None:
    speak("fr")
    changes = compare("2030-12-24: 09:00-12:00", "2031-02-03 to 2031-02-16: closed\n      2030-12-24: 09:00-12:00")
    assert sentences(changes) == ["Du lundi 3 février 2031 au dimanche 16 février 2031, nous serons fermés."]
    changes = compare(
        "2031-08-04 to 2031-08-17: {open: closed, fr: Nous sommes en congés., en: We are on holiday.}",
        "2031-08-04: closed",
    )
    assert (
        "Du mardi 5 août 2031 au dimanche 17 août 2031 : plus de jour particulier ; les horaires de la semaine "
        "s'appliquent." in sentences(changes)
    )


def test_the_sentences_that_will_be_spoken_anew_are_listed_in_their_languages(speak: Callable[[str], None]) -> None:
    speak("fr")
    (spoken,) = compare("greeting: {fr: Bonjour.", "greeting: {fr: Bienvenue.").spoken
    assert (spoken.key, spoken.texts) == ("greeting-33199000000", {"fr": "Bienvenue."})
