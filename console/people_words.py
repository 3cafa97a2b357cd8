"""What is read on the pages about people, and of the record of changes."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "room-people": ("Personnes", "People"),
    "room-changes": ("Journal", "Record"),
    # Everybody.
    "people-lead": ("Qui peut se connecter, et avec quels droits.", "Who may log in, and with which rights."),
    "invite": ("Inviter quelqu'un", "Invite somebody"),
    "import": ("Importer une liste", "Import a list"),
    "name": ("Nom", "Name"),
    "role": ("Rôle", "Role"),
    "state": ("État", "State"),
    "state-active": ("Actif", "Active"),
    "state-invited": ("Invité", "Invited"),
    "state-deactivated": ("Désactivé", "Deactivated"),
    "edit": ("Modifier", "Edit"),
    "edit-name": ("Modifier {name}", "Edit {name}"),
    # One person.
    "person-phone": ("Poste téléphonique", "Telephone"),
    "person-phone-hint": ("La personne de l'équipe qui répond à ce poste.", "The member of the team who answers it."),
    "person-nobody": ("Aucun", "None"),
    "person-saved": ("{name} : c'est enregistré.", "{name}: saved."),
    "person-deactivated": (
        "{name} ne peut plus se connecter ; ses sessions ont pris fin.",
        "{name} can no longer log in; all sessions have ended.",
    ),
    "access": ("Accès", "Access"),
    "reset": ("Donner un nouveau lien", "Give a new link"),
    "reset-lead": (
        "Pour un mot de passe oublié ou un téléphone perdu : le mot de passe et la double authentification sont"
        " effacés, les sessions prennent fin, et un lien permet de recommencer.",
        "For a forgotten password or a lost telephone: password and two-factor authentication are removed, sessions"
        " end, and a link begins anew.",
    ),
    "reset-deactivated": ("Réactiver, avec un nouveau lien", "Activate again, with a new link"),
    "deactivate": ("Désactiver", "Deactivate"),
    "deactivate-lead": (
        "{name} ne pourra plus se connecter, et ses sessions prennent fin tout de suite. Rien n'est supprimé.",
        "{name} can no longer log in, and all sessions end at once. Nothing is deleted.",
    ),
    "deactivate-now": ("Oui, désactiver", "Yes, deactivate"),
    "reset-now": ("Oui, donner un nouveau lien", "Yes, give a new link"),
    "back-to-people": ("Revenir à la liste", "Back to the list"),
    # Invited.
    "invite-lead": (
        "La personne choisit elle-même son mot de passe, avec un lien que vous lui transmettez.",
        "The person chooses a password with a link that you hand over.",
    ),
    "invite-send": ("Créer l'invitation", "Make the invitation"),
    "invited": ("Le lien de {name}", "The link of {name}"),
    "invited-lead": (
        "Transmettez-le à cette personne seule. Il s'ouvre une fois, pendant 7 jours, et n'est affiché que maintenant.",
        "Hand it to this person alone. It opens once, within 7 days, and is shown only now.",
    ),
    "link": ("Lien", "Link"),
    "copy": ("Copier", "Copy"),
    "copied": ("Copié", "Copied"),
    # A list.
    "import-lead": (
        "Un fichier CSV de votre tableur, une personne par ligne. Rien n'est envoyé avant que vous ayez vu le rapport.",
        "A CSV file of your spreadsheet, one person a line. Nobody is invited before you have seen the report.",
    ),
    "import-columns": ("La première ligne nomme les colonnes :", "The first line names the columns:"),
    "import-example": (
        "nom;email;rôle;langue\nAnne Exemple;anne@example.org;superviseur;fr",
        "name;email;role;language\nAnne Example;anne@example.org;supervisor;en",
    ),
    "import-roles": (
        "Rôles : administrateur, superviseur, standard, médiateur, rédaction, débordement. Sans rôle : standard."
        " Langues : fr, en.",
        "Roles: administrator, supervisor, staff, mediator, message_editor, overflow_agent. Without a role: staff."
        " Languages: fr, en.",
    ),
    "import-file": ("Fichier CSV", "CSV file"),
    "import-check": ("Vérifier le fichier", "Check the file"),
    "import-report": ("Rapport", "Report"),
    "import-good": (
        "{good} sur {count} peuvent être invités. Les autres lignes ne changent rien : corrigez-les et importez le"
        " fichier de nouveau.",
        "{good} of {count} can be invited. The other lines change nothing: correct them and import the file again.",
    ),
    "import-line": ("Ligne", "Line"),
    "import-result": ("Résultat", "Result"),
    "import-ok": ("Peut être invité", "Can be invited"),
    "import-invite-1": ("Inviter 1 personne", "Invite 1 person"),
    "import-invite": ("Inviter ces {good} personnes", "Invite these {good} people"),
    "import-another": ("Choisir un autre fichier", "Choose another file"),
    "imported-1": ("1 invitation", "1 invitation"),
    "imported": ("{count} invitations", "{count} invitations"),
    "imported-lead": (
        "Transmettez à chacun son lien. Chaque lien s'ouvre une fois, pendant 7 jours ; ils ne sont affichés que"
        " maintenant.",
        "Hand everybody his or her own link. Each opens once, within 7 days; they are shown only now.",
    ),
    "imported-download": ("Télécharger la liste (CSV)", "Download the list (CSV)"),
    "file:missing": ("Choisissez un fichier.", "Choose a file."),
    "file:columns": (
        "La première ligne doit nommer les colonnes : name, email, role, language.",
        "The first line must name the columns: name, email, role, language.",
    ),
    "file:csv": (
        "Une ligne ne peut pas être lue : un guillemet n'est pas fermé. Enregistrez de nouveau le fichier en CSV.",
        "A line cannot be read: a quotation mark is not closed. Save the file as CSV again.",
    ),
    "file:long": ("Plus de 500 personnes : partagez le fichier.", "More than 500 people: split the file."),
    # Welcome.
    "welcome": ("Bienvenue", "Welcome"),
    "welcome-lead": (
        "Bonjour {name}. Choisissez le mot de passe avec lequel vous vous connecterez, avec l'adresse {email}.",
        "Hello {name}. Choose the password with which you will log in, with the address {email}.",
    ),
    "welcome-first-lead": (
        "Vous êtes la première personne ici : vous administrez ce standard, et inviterez les autres.",
        "You are the first person here: you administer this reception, and will invite the others.",
    ),
    "your-name": ("Votre nom", "Your name"),
    "welcome-send": ("Commencer", "Begin"),
    # What to correct.
    "name:missing": ("Écrivez le nom.", "Write the name."),
    "name:invalid": (
        "Écrivez un nom de 80 caractères au plus, sur une ligne, qui ne commence pas par = + - @.",
        "Write a name of 80 characters at most, on one line, that does not begin with = + - @.",
    ),
    "email:invalid": (
        "Écrivez l'adresse comme prenom.nom@exemple.fr.",
        "Write the address like first.last@example.org.",
    ),
    "email:taken": ("Cette adresse a déjà un compte.", "This address has an account already."),
    "role:invalid": ("Choisissez un rôle de la liste.", "Choose a role from the list."),
    "role:last": (
        "C'est le dernier administrateur : donnez d'abord ce rôle à quelqu'un d'autre.",
        "This is the last administrator: first give this role to somebody else.",
    ),
    "person:taken": ("Ce poste est déjà celui de quelqu'un.", "Somebody else has this telephone already."),
    "language:invalid": ("Choisissez fr ou en.", "Choose fr or en."),
    # The record of changes.
    "changes-lead": (
        "Qui a changé quoi, quand, et de quoi à quoi. Rien ici ne peut être modifié ni effacé.",
        "Who changed what, when, and from what to what. Nothing here can be changed or removed.",
    ),
    "changes-none": ("Rien n'a encore été changé.", "Nothing was changed yet."),
    "changes-older": ("Plus ancien", "Older"),
    "change-when": ("Quand", "When"),
    "change-who": ("Qui", "Who"),
    "change-what": ("Quoi", "What"),
    "change-from-to": ("De quoi à quoi", "From what to what"),
    "change-account.invited": ("Invitation", "Invitation"),
    "change-account.changed": ("Compte modifié", "Account changed"),
    "change-account.deactivated": ("Compte désactivé", "Account deactivated"),
    "change-account.reset": ("Nouveau lien", "New link"),
    "change-account.password": ("Mot de passe choisi", "Password chosen"),
    "change-account.second_factor": ("Double authentification", "Two-factor authentication"),
    "field-name": ("nom", "name"),
    "field-email": ("adresse", "address"),
    "field-role": ("rôle", "role"),
    "field-language": ("langue", "language"),
    "field-person_id": ("poste", "telephone"),
    "field-active": ("actif", "active"),
    "field-password": ("mot de passe", "password"),
    "field-second_factor": ("double authentification", "two-factor authentication"),
    "yes": ("oui", "yes"),
    "no": ("non", "no"),
}
