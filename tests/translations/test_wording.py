"""Words that people stumbled over, and what stands in their place."""

import re

from babel.messages.pofile import read_po

from translations.catalogues import FOLDER

FRENCH = (
    ("Silences", "Périodes de silence (réserve électorale)"),
    ("Répit", "Pause entre deux appels"),
    ("Tout de suite, jusqu'au prochain", "Maintenant, jusqu'au prochain message"),
    ("deuxième regard", "Une deuxième personne l'approuve avant sa diffusion."),
    ("Quand il n'y en a plus de valable", "S'il n'y a plus de message valable, le dernier reste diffusé."),
    ("Avec elle, lisez", "Scannez ce code avec l'application."),
    ("est donné deux fois", "La touche %(key)s est déjà utilisée"),
    ("Ce poste", "Téléphone attribué à cette personne"),
    ("donnez un numéro de là", "de France métropolitaine"),
    ("De quoi à quoi", "Avant → après"),
    ("Standard", "Agent d'accueil"),
)
ENGLISH = (
    ("Hearings", "Message of the day"),
    ("Sentences", "Prompts"),
    ("Record", "Change log"),
    ("Days that differ", "Special days"),
    ("Make the invitation", "Create invitation"),
    ("We call you today", ""),
)


def texts() -> list[tuple[str, str]]:
    """Every text of the pages in English and in French."""
    with (FOLDER / "fr.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    return [
        pair
        for message in catalogue
        if message.id
        for pair in zip(
            message.id if isinstance(message.id, tuple | list) else (message.id,),
            message.string if isinstance(message.string, tuple | list) else (message.string,),
            strict=False,
        )
    ]


def test_french_sentences_are_as_a_person_of_the_field_says_them() -> None:
    french = [text for _, text in texts()]
    for before, better in FRENCH:
        is_said = re.compile(rf"(^|\W){re.escape(before)}($|\W)")
        assert not [text for text in french if is_said.search(text)], before
        assert [text for text in french if better in text], better


def test_english_sentences_are_as_a_person_of_the_field_says_them() -> None:
    english = {text for text, _ in texts()}
    for before, better in ENGLISH:
        assert before not in english
        assert not better or better in english


def test_apostrophes_are_straight_in_both_languages() -> None:
    """One sign everywhere: a search in a page finds the words, and a colleague's addition looks like the rest."""
    assert [text for pair in texts() for text in pair if "’" in text] == []
