"""What a column of a table of contacts holds, guessed from its title in French or English, or from its cells."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from routing.email_addresses import is_email_address
from routing.tables import fold_word


class ContactField(StrEnum):
    """What a column holds. A card may have several numbers and addresses, so several columns may be of one kind."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ORGANISATION = "organisation"
    NUMBER = "number"
    EMAIL = "email"
    STREET = "street"
    POSTCODE = "postcode"
    CITY = "city"
    LANGUAGE = "language"
    NOTHING = ""
    """The column is left out."""


_TITLES: Mapping[ContactField, tuple[str, ...]] = {
    ContactField.FIRST_NAME: ("prenom", "prenoms", "first name", "given name", "firstname", "prenom usuel", "forename"),
    ContactField.LAST_NAME: (
        *("nom", "nom de famille", "last name", "family name", "surname", "lastname", "nom d'usage", "nom usuel"),
        *("nom de naissance", "nom patronymique"),
    ),
    ContactField.NAME: (
        *("name", "nom complet", "nom et prenom", "prenom et nom", "nom prenom", "prenom nom", "nom, prenom"),
        *("full name", "display name", "fullname", "contact", "personne", "person", "nom affiche", "nom a afficher"),
        *("denomination", "identite", "interlocuteur", "file as"),
    ),
    ContactField.ORGANISATION: (
        *("organisation", "organization", "societe", "entreprise", "company", "association", "structure"),
        *("organisme", "etablissement", "employeur", "organization name", "organization 1 name", "company name"),
        *("raison sociale", "nom de la societe", "service client", "collectivite"),
    ),
    ContactField.STREET: (
        *("adresse", "rue", "street", "address", "voie", "adresse postale", "adresse 1", "adresse 2", "street address"),
        *("adresse ligne 1", "adresse ligne 2", "home street", "business street", "rue bureau", "rue domicile"),
        *("address 1 street", "rue (domicile)", "rue (bureau)", "numero et voie", "complement d'adresse"),
    ),
    ContactField.POSTCODE: (
        *("code postal", "cp", "postcode", "zip", "zip code", "postal code", "home postal code"),
        *("business postal code", "address 1 postal code", "code postal domicile", "code postal bureau"),
    ),
    ContactField.CITY: (
        *("ville", "commune", "city", "town", "localite", "home city", "business city", "address 1 city"),
        *("ville domicile", "ville bureau"),
    ),
    ContactField.LANGUAGE: ("langue", "language", "lang", "langue preferee", "preferred language"),
}
_BY_TITLE = {fold_word(word): field for field, words in _TITLES.items() for word in words}
_NO_VALUE = re.compile(r"\b(type|label|libelle|display|nom complet|affich\w*|fax|telecopi\w*|telex|pager|date|note)\b")
_EMAIL_TITLE = re.compile(r"\b(e ?mail|email|mails?|courriels?|mel|messagerie|(adresse|courrier) electronique)\b")
_NUMBER_TITLE = re.compile(
    r"\b(tel|tels|telephones?|phones?|portables?|mobiles?|gsm|cell|numeros?|number|fixe|ligne)\b"
)
_NO_NUMBER = re.compile(r"\b(rue|voie|client|adherent|dossier|siret|siren|ordre|id|carte|licence|postal)\b")
_MOSTLY = 0.6
_LOOKS_LIKE_NUMBER = re.compile(r"[\d\s.+()/-]{9,25}")


def guess_field(title: str) -> ContactField:
    """What a column of this title holds; NOTHING when the title does not say it."""
    folded = fold_word(title)
    if field := _BY_TITLE.get(folded) or _BY_TITLE.get(re.sub(r" ?\d+$", "", folded)):
        return field
    if _NO_VALUE.search(folded):
        return ContactField.NOTHING
    if _EMAIL_TITLE.search(folded):
        return ContactField.EMAIL
    if _NUMBER_TITLE.search(folded) and not _NO_NUMBER.search(folded):
        return ContactField.NUMBER
    return ContactField.NOTHING


def guess_fields(
    titles: Sequence[str], samples: Sequence[Sequence[str]], remembered: Mapping[str, ContactField]
) -> tuple[ContactField, ...]:
    """For each column what it holds: as chosen for this title before, by its title, or by the cells below it.

    `remembered`: by folded title (`fold_word`). `samples`: rows below the header.
    """
    fields = []
    for column, title in enumerate(titles):
        known = remembered.get(fold_word(title))
        guessed = known if known is not None else guess_field(title)
        if known is None and not guessed:
            guessed = _guess_by_cells([row[column] for row in samples if column < len(row) and row[column]])
        fields.append(guessed)
    return _with_whole_names(fields, titles)


def _with_whole_names(fields: list[ContactField], titles: Sequence[str]) -> tuple[ContactField, ...]:
    """A column "Nom" holds the whole name, unless another one holds first names; whatever it held before."""
    wanted = ContactField.LAST_NAME if ContactField.FIRST_NAME in fields else ContactField.NAME
    if ContactField.NAME in fields and ContactField.LAST_NAME in fields:
        return tuple(fields)
    for column, field in enumerate(fields):
        is_name = field in (ContactField.NAME, ContactField.LAST_NAME)
        if is_name and guess_field(titles[column]) is ContactField.LAST_NAME:
            fields[column] = wanted
    return tuple(fields)


def _guess_by_cells(cells: Sequence[str]) -> ContactField:
    if not cells:
        return ContactField.NOTHING
    if sum(is_email_address(cell) for cell in cells) >= _MOSTLY * len(cells):
        return ContactField.EMAIL
    numbers = sum(bool(_LOOKS_LIKE_NUMBER.fullmatch(cell)) and cell.lstrip()[:1] in "0+" for cell in cells)
    return ContactField.NUMBER if numbers >= _MOSTLY * len(cells) else ContactField.NOTHING
