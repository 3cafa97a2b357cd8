"""Everything that a visitor reads on our pages and in the button, in French and English, in one table."""

from collections.abc import Mapping

# Consents and refusals are beside it: consents.py, problem_texts.py.
WORDS: Mapping[str, tuple[str, str]] = {
    # The button, before anything else is there.
    "button": ("Rappelez-moi", "Call me back"),
    "close": ("Fermer", "Close"),
    "loading": ("Un instant…", "One moment…"),
    "unreachable": (
        "Nous n'avons pas pu joindre le service. Vérifiez votre connexion et réessayez, ou ouvrez",
        "We could not reach the service. Check your connection and try again, or open",
    ),
    "whole-page": ("la page de rappel", "the callback page"),
    # The form.
    "form": ("Nous vous rappelons", "We call you back"),
    "form-lead": (
        "Laissez votre numéro, et nous vous appelons du {number}.",
        "Leave your number, and we call you from {number}.",
    ),
    "number": ("Votre numéro de téléphone", "Your telephone number"),
    "number-hint": ("Écrivez-le comme vous en avez l'habitude.", "Write it the way you usually do."),
    "slot": ("Quand vous rappeler ?", "When shall we call?"),
    "soon": ("Dès que possible", "As soon as possible"),
    "soon-from": ("Dès que possible ({moment})", "As soon as possible ({moment})"),
    "name": ("Votre prénom", "Your first name"),
    "topic": ("Le sujet de votre appel", "What it is about"),
    "no-topic": ("Sans précision", "Not stated"),
    "optional": ("facultatif", "optional"),
    "consents": ("Votre accord", "Your consent"),
    "send": ("Rappelez-moi", "Call me back"),
    # What to correct. "{field}:{kind}" where a field has its own words; who reads them sees the field's name before.
    "error": ("Erreur", "Error"),
    "errors-1": ("Un point est à corriger", "One thing needs correcting"),
    "errors": ("{count} points sont à corriger", "{count} things need correcting"),
    "number:missing-field": (
        "Écrivez le numéro où nous pouvons vous joindre.",
        "Write the number where we can reach you.",
    ),
    "number:invalid-field": (
        "Ce numéro est trop long. Écrivez un seul numéro, sans autre texte.",
        "This number is too long. Write one number, and nothing else.",
    ),
    "slot:invalid-field": ("Choisissez un moment de la liste.", "Choose a moment from the list."),
    "name:invalid-field": (
        "Écrivez un prénom de 80 caractères au plus, sur une seule ligne.",
        "Write a first name of 80 characters at most, on one line.",
    ),
    "topic:invalid-field": (
        "Écrivez 120 caractères au plus, sur une seule ligne.",
        "Write 120 characters at most, on one line.",
    ),
    "consent_call:consent-missing": (
        "Cochez la première case : sans votre accord, nous ne pouvons pas vous appeler.",
        "Tick the first box: without your consent we cannot call you.",
    ),
    "sent-before": (
        "Votre première demande est enregistrée. Celle-ci en est une autre : vérifiez-la, et envoyez-la de nouveau.",
        "Your first request is recorded. This is another one: check it, and send it again.",
    ),
    # The callback, by what has become of it.
    "waiting": ("Votre rappel est enregistré", "Your callback is booked"),
    "waiting-slot": ("Nous vous appelons {moment}.", "We call you {moment}."),
    "waiting-open": (
        "Nous vous appelons dès qu'une personne est libre. Gardez votre téléphone près de vous.",
        "We call you as soon as somebody is free. Keep your telephone at hand.",
    ),
    "waiting-from": ("Nous vous appelons dès que possible : {moment}.", "We call you as soon as possible: {moment}."),
    "waiting-again": (
        "Nous n'avons pas pu vous joindre. Nous essayons de nouveau {moment}.",
        "We could not reach you. We try again {moment}.",
    ),
    "calling": ("Nous vous appelons", "We are calling you"),
    "calling-lead": (
        "Votre téléphone sonne d'un instant à l'autre. L'appel vient du {number}.",
        "Your telephone rings any moment now. The call comes from {number}.",
    ),
    "done": ("Nous vous avons rappelé", "We have called you back"),
    "done-lead": (
        "Merci de votre appel. Pour autre chose, demandez un nouveau rappel.",
        "Thank you for talking to us. For anything else, ask for another callback.",
    ),
    "missed": ("Nous vous avons manqué", "We missed you"),
    "missed-lead": (
        "Nous vous avons appelé sans pouvoir vous joindre. Choisissez un autre moment, ou appelez-nous au {number}.",
        "We called and could not reach you. Choose another time, or call us on {number}.",
    ),
    "cancelled": ("Votre rappel est annulé", "Your callback is cancelled"),
    "cancelled-lead": (
        "Nous ne vous appellerons pas pour cette demande.",
        "We will not call you about this request.",
    ),
    "expired": ("Cette demande n'est plus valable", "This request is no longer valid"),
    "expired-lead": (
        "Nous n'avons pas pu vous rappeler à temps. Demandez un nouveau rappel, ou appelez-nous au {number}.",
        "We could not call you back in time. Ask for another callback, or call us on {number}.",
    ),
    "reference": ("Référence", "Reference"),
    "when": ("Moment", "When"),
    "calls-from": ("Le numéro qui vous appelle", "The number that calls you"),
    "about": ("Sujet", "About"),
    "keep": ("Gardez ce lien vers votre rappel :", "Keep this link to your callback:"),
    "follow": ("suivre, déplacer ou annuler", "follow, move or cancel it"),
    "again": ("Demander un nouveau rappel", "Ask for another callback"),
    "moved": ("C'est noté : le moment a changé.", "Done: the time has changed."),
    # Moving and cancelling.
    "move": ("Choisir un autre moment", "Choose another time"),
    "move-send": ("Choisir ce moment", "Choose this time"),
    "cancel": ("Annuler ce rappel", "Cancel this callback"),
    "cancel-lead": (
        "Si vous l'annulez, nous ne vous appellerons pas, et il ne pourra pas être rétabli.",
        "If you cancel it, we will not call you, and it cannot be restored.",
    ),
    "cancel-send": ("Oui, annuler", "Yes, cancel it"),
    "keep-it": ("Non, garder ce rappel", "No, keep this callback"),
    "back": ("Revenir au rappel", "Back to the callback"),
    # Today's message, for who cannot hear it.
    "message": ("Le message du jour", "Today's message"),
    "message-lead": (
        "C'est ce que l'on entend au {number}.",
        "This is what callers of {number} hear.",
    ),
    "message-since": ("Depuis : {day}", "Since: {day}"),
    "message-untold": (
        "Le texte de ce message n'est pas encore écrit. Demandez-nous de vous le dire en vous rappelant.",
        "The text of this message has not been written down yet. Ask us to call you back and tell you.",
    ),
    "message-none": ("Il n'y a pas de message aujourd'hui.", "There is no message today."),
    # Links of pages, and refusals that are pages of their own.
    "other-language": ("English", "Français"),
    "call-us": ("Notre numéro : {number}", "Our number: {number}"),
    "not-found": ("Cette page n'existe pas. Vérifiez son adresse.", "There is no such page. Check its address."),
    "again-soon": ("Réessayez dans quelques secondes.", "Try again in a few seconds."),
    "again-minutes": ("Réessayez dans {count} minutes.", "Try again in {count} minutes."),
    "again-hours": ("Réessayez dans {count} heures.", "Try again in {count} hours."),
    # The demonstration page, of a town that does not exist.
    "demo-town": ("Mairie de Saint-Exemple", "Saint-Exemple town hall"),
    "demo-note": (
        "Page de démonstration : cette commune n'existe pas.",
        "Demonstration page: this town does not exist.",
    ),
    "demo-title": ("Parler à votre mairie", "Talk to your town hall"),
    "demo-lead": (
        "État civil, écoles, voirie : une question se règle souvent en quelques minutes au téléphone. Laissez votre"
        " numéro, nous vous rappelons.",
        "Civil registry, schools, roads: most questions take a few minutes on the telephone. Leave your number, and we"
        " call you back.",
    ),
    "demo-code": ("Le code de cette page", "The code of this page"),
    "demo-code-lead": (
        "Deux lignes suffisent, à l'endroit où le bouton doit être. Le lien sert aux visiteurs sans JavaScript. "
        "L'origine du site doit être dans le plan (callbacks, sites, origins).",
        "Two lines are enough, where the button is to be. The link serves visitors without JavaScript. "
        "The site's origin must be in the plan (callbacks, sites, origins).",
    ),
}
_LANGUAGES = ("fr", "en")


def word(key: str, language: str, **values: object) -> str:
    """The text of this key. Raises KeyError for one that is not in the table."""
    text = WORDS[key][_LANGUAGES.index(language)].format(**values)
    return text.replace("..", ".")  # "… until 9:30 a.m." ends the sentence already
