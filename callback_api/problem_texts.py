"""Each problem that this door may tell: its status, its name in words, what is wrong and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.plan import Texts


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """`detail` may hold places for words, as {fields}."""

    status: int
    title: Texts
    detail: Texts


def _kind(status: int, title: tuple[str, str], detail: tuple[str, str]) -> ProblemKind:
    return ProblemKind(
        status, dict(zip(("fr", "en"), title, strict=True)), dict(zip(("fr", "en"), detail, strict=True))
    )


# Of several wrong fields the gravest names the problem: the order of the first five is that of gravity.
PROBLEMS: Mapping[str, ProblemKind] = {
    "malformed": _kind(
        400,
        ("Demande illisible", "Unreadable request"),
        (
            "La demande ne peut pas être lue. Envoyez un objet JSON en UTF-8, ou les champs d'un formulaire.",
            "The request cannot be read. Send one JSON object in UTF-8, or the fields of a form.",
        ),
    ),
    "unknown-field": _kind(
        422,
        ("Champ inconnu", "Unknown field"),
        (
            "Champ inconnu : {fields}. Retirez-le ; /v1/openapi.json nomme ceux qui existent.",
            "Unknown field: {fields}. Leave it out; /v1/openapi.json names those that exist.",
        ),
    ),
    "missing-field": _kind(
        422,
        ("Champ manquant", "Missing field"),
        ("Il manque : {fields}. Remplissez ce champ.", "Missing: {fields}. Fill in this field."),
    ),
    "consent-missing": _kind(
        422,
        ("Accord manquant", "Consent missing"),
        (
            "Sans votre accord nous ne pouvons pas vous appeler. Cochez la case qui demande cet appel.",
            "Without your consent we cannot call you. Tick the box that asks for this call.",
        ),
    ),
    "invalid-field": _kind(
        422,
        ("Champ non valable", "Invalid field"),
        (
            "À corriger : {fields}. Chaque erreur dit ce qui convient.",
            "To be corrected: {fields}. Each error says what fits.",
        ),
    ),
    "not-callable": _kind(
        422, ("Numéro que nous n'appelons pas", "Number we do not call"), ("{sentence}", "{sentence}")
    ),
    "slot-gone": _kind(
        409,
        ("Créneau indisponible", "Slot not available"),
        (
            "Ce créneau n'est plus disponible. Choisissez-en un autre, ou « dès que possible ».",
            "This slot is no longer available. Choose another one, or “as soon as possible”.",
        ),
    ),
    "too-late": _kind(
        409,
        ("Trop tard", "Too late"),
        (
            "Ce rappel est en cours ou terminé : il ne peut plus être changé. Faites une nouvelle demande si besoin.",
            "This callback is under way or over and can no longer be changed. Ask for a new one if need be.",
        ),
    ),
    "key-reused": _kind(
        409,
        ("Clé déjà utilisée", "Key already used"),
        (
            "Cette clé Idempotency-Key a servi pour une autre demande. Prenez une nouvelle clé pour chaque demande.",
            "This Idempotency-Key was used for another request. Take a new key for each request.",
        ),
    ),
    "key-malformed": _kind(
        400,
        ("Clé non valable", "Malformed key"),
        (
            "Idempotency-Key doit avoir de 16 à 128 caractères ASCII visibles, par exemple un UUID.",
            "Idempotency-Key must have 16 to 128 visible ASCII characters, such as a UUID.",
        ),
    ),
    "unknown-callback": _kind(
        404,
        ("Rappel inconnu", "Unknown callback"),
        (
            "Aucun rappel ne correspond à ce lien. Reprenez le lien complet de votre confirmation.",
            "No callback belongs to this link. Use the whole link of your confirmation.",
        ),
    ),
    "unknown-site": _kind(
        422,
        ("Site inconnu", "Unknown site"),
        (
            "Ce site ne fait pas partie de l'organisation. Retirez « site », ou donnez un nom qui existe.",
            "This site is none of the organisation's. Leave `site` out, or give a name that exists.",
        ),
    ),
    "origin-refused": _kind(
        403,
        ("Origine refusée", "Origin refused"),
        (
            "Les pages de ce site ne peuvent pas demander de rappel ici. L'organisation peut ajouter son origine "
            "dans le plan (callbacks, sites, origins).",
            "Pages of this site may not ask for callbacks here. The organisation can add its origin to the plan "
            "(callbacks, sites, origins).",
        ),
    ),
    "key-refused": _kind(
        401,
        ("Clé de serveur refusée", "Server key refused"),
        (
            "Cette clé de serveur est inconnue ou retirée. Présentez-en une qui vaut (Authorization: Bearer …), "
            "ou aucune.",
            "This server key is unknown or withdrawn. Present one that holds (Authorization: Bearer …), or none.",
        ),
    ),
    "scope-missing": _kind(
        403,
        ("Droit manquant", "Scope missing"),
        (
            "Cette clé de serveur ne permet pas « {scope} ». Demandez-en une qui le permet.",
            "This server key does not allow “{scope}”. Ask for one that does.",
        ),
    ),
    "too-many": _kind(
        429,
        ("Trop de demandes", "Too many requests"),
        (
            "Trop de demandes sont arrivées. Réessayez plus tard, ou appelez-nous.",
            "Too many requests have come in. Try again later, or call us.",
        ),
    ),
    "not-found": _kind(
        404,
        ("Adresse inconnue", "No such address"),
        (
            "Il n'y a rien à cette adresse. /v1/openapi.json nomme ce qui existe.",
            "There is nothing at this address. /v1/openapi.json names what exists.",
        ),
    ),
    "method-not-allowed": _kind(
        405,
        ("Méthode refusée", "Method not allowed"),
        (
            "Cette adresse ne connaît pas cette méthode. L'en-tête Allow nomme les siennes.",
            "This address does not know this method. The Allow header names its own.",
        ),
    ),
    "body-too-large": _kind(
        413,
        ("Demande trop longue", "Request too long"),
        ("Envoyez 16 kilo-octets au plus.", "Send 16 kilobytes at most."),
    ),
    "unsupported-type": _kind(
        415,
        ("Format inconnu", "Unknown format"),
        (
            "Envoyez application/json ou application/x-www-form-urlencoded.",
            "Send application/json or application/x-www-form-urlencoded.",
        ),
    ),
    "busy": _kind(
        503,
        ("Un instant", "One moment"),
        (
            "Votre demande n'a pas pu être enregistrée à l'instant. Réessayez dans quelques secondes.",
            "Your request could not be recorded just now. Try again in a few seconds.",
        ),
    ),
    "unavailable": _kind(
        503,
        ("Service interrompu", "Service interrupted"),
        (
            "Aucune demande ne peut être enregistrée pour l'instant. Réessayez plus tard, ou appelez-nous.",
            "No request can be recorded at present. Try again later, or call us.",
        ),
    ),
    "internal": _kind(
        500,
        ("Erreur de notre part", "A fault of ours"),
        (
            "Une erreur s'est produite chez nous. Réessayez, ou appelez-nous.",
            "Something went wrong on our side. Try again, or call us.",
        ),
    ),
}
