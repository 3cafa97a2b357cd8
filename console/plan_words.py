"""What is read in the room of the plan."""

from collections.abc import Mapping

_SEEN = {
    "room-plan": ("Plan d'appel", "Call plan"),
    "plan-lead": (
        "Comment les appels sont traités : version {version}, enregistrée par {name}, {when}.",
        "How calls are treated: version {version}, saved by {name}, {when}.",
    ),
    "plan-history": ("Historique", "History"),
    "plan-text": ("Texte complet", "Whole text"),
    "plan-edit": ("Modifier", "Edit"),
    "plan-greeted": (
        "Les appelants sont accueillis ainsi ; ce numéro parle {spoken}.",
        "Callers are greeted like this; this number speaks {spoken}.",
    ),
    "plan-in-fr": ("français", "French"),
    "plan-in-en": ("anglais", "English"),
    "plan-then-menu": (
        "Puis vient le menu « {menu} », aux horaires « {hours} ».",
        "Then comes the menu “{menu}”, at the hours “{hours}”.",
    ),
    "plan-surcharged-operator": (
        "L'appel est surtaxé ; l'opérateur annonce le prix.",
        "The call is surcharged; the operator tells the price.",
    ),
    "plan-surcharged-application": (
        "L'appel est surtaxé ; nous annonçons le prix avant de répondre.",
        "The call is surcharged; we tell the price before answering.",
    ),
    "plan-menu": ("Menu « {name} »", "Menu “{name}”"),
    "plan-silent": ("Cette touche n'est pas annoncée.", "This key is not announced."),
    "plan-says": ("L'appelant entend :", "The caller hears:"),
    "plan-plays": ("écouter {slot}", "listen to {slot}"),
    "plan-slot-daily": ("le message du jour", "today's message"),
    "plan-repeats": ("réécouter le menu", "hear the menu again"),
    "plan-does-staff": ("parler à l'équipe", "speak to the team"),
    "plan-does-overflow": ("parler à un centre de débordement", "speak to an overflow centre"),
    "plan-does-callback": ("être rappelé", "be called back"),
    "plan-does-voicemail": ("laisser un message vocal", "leave a voice message"),
    "plan-does-goodbye": ("terminer l'appel", "end the call"),
    "plan-to-staff": ("l'équipe", "the team"),
    "plan-to-overflow": ("un centre de débordement", "an overflow centre"),
    "plan-to-callback": ("être rappelé", "be called back"),
    "plan-to-voicemail": ("laisser un message vocal", "leave a voice message"),
    "plan-to-goodbye": ("la fin de l'appel", "the end of the call"),
    "plan-star": ("étoile", "star"),
    "plan-hash": ("dièse", "hash"),
    "plan-menu-end": (
        "Sans touche au bout de {seconds} s, ou après une touche sans effet, le menu revient en d'autres mots. Après"
        " {tries} essais en tout : {lost}.",
        "Without a key after {seconds} s, or after a key that does nothing, the menu comes again in other words. After"
        " {tries} tries in all: {lost}.",
    ),
    "plan-hours": ("Horaires « {name} »", "Hours “{name}”"),
    "plan-closed": ("fermé", "closed"),
    "plan-all-day": ("à toute heure", "at any time"),
    "plan-span": ("de {opens} à {closes}", "from {opens} to {closes}"),
    "plan-and": (" et ", " and "),
    "plan-midnight": ("minuit", "midnight"),
    "plan-every-day": ("Tous les jours : {hours}.", "Every day: {hours}."),
    "plan-days-1": ("Le {first} : {hours}.", "On {first}: {hours}."),
    "plan-days-2": ("Le {first} et le {last} : {hours}.", "On {first} and {last}: {hours}."),
    "plan-days-3": ("Du {first} au {last} : {hours}.", "From {first} to {last}: {hours}."),
    "plan-day": ("Le {day} : {hours}.", "On {day}: {hours}."),
    "plan-day-range": ("Du {first} au {last} : {hours}.", "From {first} to {last}: {hours}."),
    "plan-holidays-none": (
        "Les jours fériés sont des jours comme les autres.",
        "Public holidays are days like any other.",
    ),
    "plan-holidays-closed": ("Fermé les jours fériés ({zone}).", "Closed on public holidays ({zone})."),
    "plan-exceptions": ("Jours particuliers", "Days that differ"),
    "plan-no-exceptions": ("Aucun jour particulier à venir.", "No day that differs is to come."),
    "plan-own-words": ("Les appelants entendent :", "Callers hear:"),
    "plan-waits": ("Attente", "Waiting"),
    "plan-strategy-turns": (
        "Les postes sonnent l'un après l'autre, {seconds} s chacun.",
        "Telephones ring one after the other, {seconds} s each.",
    ),
    "plan-strategy-all": (
        "Tous les postes sonnent à la fois, {seconds} s.",
        "All telephones ring at once, for {seconds} s.",
    ),
    "plan-max-wait": (
        "Après {seconds} s d'attente, l'appelant peut être rappelé ou laisser un message.",
        "After {seconds} s of waiting, the caller may be called back or leave a message.",
    ),
    "plan-wrapup": (
        "Entre deux appels, chacun a {seconds} s de répit.",
        "Between two calls everybody rests for {seconds} s.",
    ),
    "plan-misses": (
        "Qui laisse sonner {calls} appels de suite est mis en pause.",
        "Whoever lets {calls} calls in a row ring out is paused.",
    ),
    "plan-offers": (
        "Pendant l'attente, un rappel est proposé toutes les {offer} s, et la place annoncée toutes les {place} s.",
        "While waiting, a callback is offered every {offer} s, and the place told every {place} s.",
    ),
    "plan-messages": ("Messages", "Messages"),
    "plan-slot": ("{slot} dure {seconds} s au plus.", "{slot} lasts {seconds} s at most."),
    "plan-none-last": (
        "Quand il n'y en a plus de valable, le dernier continue.",
        "When none is valid any more, the last one goes on.",
    ),
    "plan-none-sentence": (
        "Quand il n'y en a plus de valable, l'appelant entend qu'il n'y en a pas.",
        "When none is valid any more, the caller hears that there is none.",
    ),
    "plan-approval": (
        "Un deuxième regard l'approuve avant qu'on l'entende.",
        "Somebody else approves it before it is heard.",
    ),
    "plan-renew": (
        "À partir de {time}, l'accueil rappelle que celui de la veille est encore en ligne.",
        "From {time} on, the first page reminds that yesterday's is still on air.",
    ),
    "plan-staff-line": (
        "L'équipe enregistre ses messages au {number}.",
        "The team records its messages at {number}.",
    ),
    "plan-organisation": ("Sur les sites web, nous sommes « {name} ».", "On websites we are “{name}”."),
    "plan-overflow": ("Débordement", "Overflow"),
    "plan-no-centre": ("Aucun centre extérieur ne prend nos appels.", "No outside centre takes our calls."),
    "plan-centres": ("Les centres, dans l'ordre : {names}.", "The centres, in order: {names}."),
    "plan-when-nobody-logged-in": (
        "Un appel y part quand personne n'est connecté.",
        "A call goes there when nobody is logged in.",
    ),
    "plan-when-nobody-ready": ("Un appel y part quand personne n'est libre.", "A call goes there when nobody is free."),
    "plan-when-closed": ("Un appel y part quand nous sommes fermés.", "A call goes there when we are closed."),
    "plan-when-waiting-above": (
        "Un appel y part quand plus de {value} appelants attendent.",
        "A call goes there when more than {value} callers wait.",
    ),
    "plan-when-longest-wait-above-s": (
        "Un appel y part quand le premier attend depuis plus de {value} s.",
        "A call goes there when the first has waited for more than {value} s.",
    ),
    "plan-when-estimated-wait-above-s": (
        "Un appel y part quand l'attente estimée dépasse {value} s.",
        "A call goes there when the estimated wait exceeds {value} s.",
    ),
    "plan-when-share-percent": (
        "{value} % des appels y partent, au hasard.",
        "{value} % of calls go there, by chance.",
    ),
}

_ZONES = {
    "plan-zone-none": ("Aucun", "None"),
    "plan-zone-metropolitan": ("Métropole", "Metropolitan France"),
    "plan-zone-alsace-moselle": ("Alsace et Moselle", "Alsace and Moselle"),
    "plan-zone-guadeloupe": ("Guadeloupe", "Guadeloupe"),
    "plan-zone-martinique": ("Martinique", "Martinique"),
    "plan-zone-guyane": ("Guyane", "French Guiana"),
    "plan-zone-reunion": ("La Réunion", "Réunion"),
    "plan-zone-mayotte": ("Mayotte", "Mayotte"),
    "plan-zone-saint-barthelemy": ("Saint-Barthélemy", "Saint Barthélemy"),
    "plan-zone-saint-martin": ("Saint-Martin", "Saint Martin"),
    "plan-zone-saint-pierre-et-miquelon": ("Saint-Pierre-et-Miquelon", "Saint Pierre and Miquelon"),
}

_CALL = {
    "plan-call": ("Que se passerait-il pour un appel ?", "What would happen to a call?"),
    "plan-call-lead": (
        "Avec le plan en vigueur, les messages prévus et les fermetures décidées à la main en ce moment.",
        "Under the plan in force, with the messages that are planned and what is closed by hand now.",
    ),
    "plan-call-number": ("Numéro appelé", "Number called"),
    "plan-call-at": ("Jour et heure", "Day and time"),
    "plan-at-wrong": (
        "Ce n'est pas un moment ; voici ce qu'il en est maintenant.",
        "This is not a moment; here is what holds now.",
    ),
    "plan-call-see": ("Voir", "See"),
    "plan-call-listen": ("Ce qu'on entend au téléphone :", "What is heard on the telephone:"),
    "plan-listen": ("Écouter", "Listen"),
    "plan-call-open": (
        "Le {when}, le {number} est ouvert (horaires « {hours} »).",
        "{when}: {number} is open (hours “{hours}”).",
    ),
    "plan-call-closed": (
        "Le {when}, le {number} est fermé (horaires « {hours} »).",
        "{when}: {number} is closed (hours “{hours}”).",
    ),
    "plan-call-closed-by-hand": (
        "Le {when}, le {number} est fermé, tant que dure la fermeture décidée à la main.",
        "{when}: {number} is closed, as long as the house stays closed by hand.",
    ),
    "plan-call-answer": ("Ce qui se passerait", "What would happen"),
    "plan-call-heard": ("On entend", "What is heard"),
    "plan-call-keys": ("Puis, selon la touche", "Then, by key"),
    "plan-call-refused": (
        "L'appel prend fin sans être facturé : le numéro est surtaxé, et personne ne pourrait répondre.",
        "The call ends without being charged: the number is surcharged, and nobody could answer.",
    ),
    "plan-call-always": ("À ce moment : {ways}.", "At that moment: {ways}."),
    "plan-call-team": ("Si l'équipe est là : {ways}.", "If the team is there: {ways}."),
    "plan-call-nobody": ("Si personne n'est là : {ways}.", "If nobody is there: {ways}."),
    "plan-then": (", sinon ", ", otherwise "),
    "plan-call-message": (
        "Le message de {name}, en ligne depuis {when} : « {text} »",
        "The message of {name}, on air since {when}: “{text}”",
    ),
    "plan-call-stale": (
        "Faute de plus récent, le message de {name} du {when}, pourtant terminé : « {text} »",
        "For want of a newer one, the message of {name} of {when}, past its end: “{text}”",
    ),
    "plan-call-no-message": (
        "Aucun message ne sera valable : on entend qu'il n'y en a pas.",
        "No message will be valid: the caller is told so.",
    ),
    "plan-call-no-transcript": ("(sans transcription)", "(no transcript)"),
}

_FORMS = {
    "plan-check": ("Vérifier avant d'enregistrer", "Check before saving"),
    "plan-check-hint": (
        "Rien ne change encore : vous verrez les différences, et vous pourrez écouter.",
        "Nothing changes yet: you will see what differs, and can listen.",
    ),
    "plan-cancel": ("Annuler", "Cancel"),
    "plan-field-greeting.fr": ("Accueil en français", "Greeting in French"),
    "plan-field-greeting.en": ("Accueil en anglais", "Greeting in English"),
    "plan-field-price_text.fr": ("Annonce du prix en français", "Price notice in French"),
    "plan-field-price_text.en": ("Annonce du prix en anglais", "Price notice in English"),
    "plan-field-language": ("Langue de ce numéro", "Language of this number"),
    "plan-field-menu": ("Menu", "Menu"),
    "plan-field-hours": ("Horaires", "Hours"),
    "plan-field-staff.ring_s": ("Sonnerie de chaque poste, en secondes", "How long each telephone rings, in seconds"),
    "plan-field-staff.max_wait_s": ("Attente la plus longue, en secondes", "Longest wait, in seconds"),
    "plan-field-staff.wrapup_s": ("Répit entre deux appels, en secondes", "Rest between two calls, in seconds"),
    "plan-field-staff.misses": (
        "Appels manqués de suite avant une pause (0 : jamais)",
        "Calls missed in a row before a pause (0: never)",
    ),
    "plan-field-waiting.offer_every_s": (
        "Secondes entre deux propositions de rappel",
        "Seconds between two offers of a callback",
    ),
    "plan-field-waiting.announce_every_s": (
        "Secondes entre deux annonces de la place",
        "Seconds between two announcements of the place",
    ),
    "plan-menu-lead": (
        "L'ordre des touches est celui dans lequel elles sont annoncées. Deux touches voisines qui disent et font la"
        " même chose sont annoncées ensemble.",
        "Keys are announced in this order. Two neighbours that say and do the same are announced together.",
    ),
    "plan-keys": ("Touches", "Keys"),
    "plan-row": ("ligne {number}", "row {number}"),
    "plan-row-key": ("Touche", "Key"),
    "plan-row-does": ("Ce qu'elle fait", "What it does"),
    "plan-row-fr": ("Annonce en français (vide : touche muette)", "Announcement in French (empty: silent key)"),
    "plan-row-en": ("Annonce en anglais", "Announcement in English"),
    "plan-up": ("Monter", "Move up"),
    "plan-down": ("Descendre", "Move down"),
    "plan-remove": ("Retirer", "Remove"),
    "plan-add-key": ("Ajouter une touche", "Add a key"),
    "plan-no-key": ("Quand aucune touche ne convient", "When no key will do"),
    "plan-field-first_key_s": ("Secondes pour choisir", "Seconds to choose"),
    "plan-field-tries": ("Essais en tout", "Tries in all"),
    "plan-tries-hint": (
        "De 2 à 5 ; il faut une formulation pour chaque nouvel essai.",
        "2 to 5; each new try needs a wording of its own.",
    ),
    "plan-field-lost": ("Ensuite", "Then"),
    "plan-wrong": ("Après une touche sans effet", "After a key that does nothing"),
    "plan-silence": ("Après un silence", "After silence"),
    "plan-wording": ("Formulation {number}, {spoken}", "Wording {number}, {spoken}"),
    "plan-week": ("Semaine", "Week"),
    "plan-week-hint": (
        "Écrivez 09:00 ou 9h ; la dernière heure est 24:00. Une journée vide est fermée.",
        "Write 09:00; the last time is 24:00. An empty day is closed.",
    ),
    "plan-mon": ("Lundi", "Monday"),
    "plan-tue": ("Mardi", "Tuesday"),
    "plan-wed": ("Mercredi", "Wednesday"),
    "plan-thu": ("Jeudi", "Thursday"),
    "plan-fri": ("Vendredi", "Friday"),
    "plan-sat": ("Samedi", "Saturday"),
    "plan-sun": ("Dimanche", "Sunday"),
    "plan-from": ("de", "from"),
    "plan-to": ("à", "to"),
    "plan-holidays": ("Jours fériés où l'on ferme", "Public holidays on which we close"),
    "plan-exceptions-hint": (
        "Ils l'emportent sur la semaine et les jours fériés.",
        "They count more than the week and public holidays.",
    ),
    "plan-special": ("jour particulier {number}", "day that differs {number}"),
    "plan-special-from": ("Jour", "Day"),
    "plan-special-to": ("Jusqu'au (vide : un seul jour)", "Until (empty: one day)"),
    "plan-special-open": ("Ouvert (vide : fermé)", "Open (empty: closed)"),
    "plan-special-fr": ("Message propre, en français (facultatif)", "Words of its own, in French (optional)"),
    "plan-special-en": ("Message propre, en anglais (facultatif)", "Words of its own, in English (optional)"),
    "plan-add-day": ("Ajouter un jour particulier", "Add a day that differs"),
    "plan-text-lead": (
        "Pour qui connaît son écriture : chaque erreur est signalée avec sa ligne.",
        "For those who know how it is written: each mistake is told with its line.",
    ),
    "plan-line": ("Ligne {line} :", "Line {line}:"),
}

_SAVING = {
    "plan-review": ("Avant d'enregistrer", "Before saving"),
    "plan-review-lead": (
        "Voici ce qui change. Les appels suivent encore la version en vigueur.",
        "This is what changes. Calls still follow the version in force.",
    ),
    "plan-difference": ("Différences", "What differs"),
    "plan-lines-of": ("{what}, ligne par ligne", "{what}, line by line"),
    "plan-went": ("Retiré :", "Removed:"),
    "plan-came": ("Ajouté :", "Added:"),
    "plan-nothing-differs": ("Rien ne change.", "Nothing differs."),
    "plan-save": ("Enregistrer, dès le prochain appel", "Save, from the next call on"),
    "plan-save-hint": (
        "Les phrases nouvelles sont d'abord prononcées ; cela peut durer quelques secondes.",
        "New sentences are spoken first, which may take some seconds.",
    ),
    "plan-saved": (
        "C'est enregistré : la version {version} vaut dès le prochain appel.",
        "Saved: version {version} holds from the next call on.",
    ),
    "plan-changed": (
        "Entre-temps, {name} a enregistré la version {version}.",
        "Meanwhile {name} has saved version {version}.",
    ),
    "plan-caught-up": (
        "Vos changements sont repris ci-dessous par-dessus la sienne ; rien n'est perdu. Vérifiez, puis enregistrez.",
        "Your changes are put on top of it below; nothing is lost. Check, then save.",
    ),
    "plan-clash": ("Deux changements au même endroit", "Two changes in the same place"),
    "plan-clash-lead": (
        "Vous avez tous deux changé les mêmes lignes. Rien n'est perdu : votre texte est ci-dessous. Reprenez-y ce"
        " qui vous convient, puis enregistrez.",
        "Both of you changed the same lines. Nothing is lost: your text is below. Put into it what should hold, then"
        " save.",
    ),
    "plan-theirs": ("Ce que {name} a changé", "What {name} changed"),
    "plan-mine": ("Ce que vous avez changé", "What you changed"),
    "plan-mine-text": ("Votre texte", "Your text"),
    "plan-voice": (
        "La voix de synthèse n'a pas pu parler, et rien n'est changé : {reason}",
        "The synthetic voice could not speak, and nothing is changed: {reason}",
    ),
    "plan-version": ("Version", "Version"),
    "plan-version-number": ("Version {number}", "Version {number}"),
    "plan-in-force": ("En vigueur", "In force"),
    "plan-put-back": ("Remettre en vigueur", "Put back in force"),
    "plan-put-back-done": (
        "La version {number} est de nouveau en vigueur, sous le numéro {version}, dès le prochain appel.",
        "Version {number} is in force again, as number {version}, from the next call on.",
    ),
    "plan-put-back-unreadable": (
        "La version {number} ne peut plus être lue ; reprenez son texte à la main.",
        "Version {number} can no longer be read; take what you need from its text.",
    ),
    "plan-saved-by": ("Enregistrée par {name}, {when}.", "Saved by {name}, {when}."),
    "plan-difference-to": ("Différences avec la version {number}", "What differs from version {number}"),
    "plan-first": ("La première version", "The first version"),
    "plan-whole-text": ("Le texte complet", "The whole text"),
    "change-plan.published": ("Plan d'appel enregistré", "Call plan saved"),
    "field-lines": ("Lignes", "Lines"),
}

WORDS: Mapping[str, tuple[str, str]] = {**_SEEN, **_ZONES, **_CALL, **_FORMS, **_SAVING}
