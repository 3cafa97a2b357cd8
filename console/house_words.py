"""What is read on every page, at login, and on one's own page."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "console": ("Standard", "Reception"),
    "skip": ("Aller au contenu", "Skip to content"),
    "rooms": ("Rubriques", "Sections"),
    "other-language": ("English", "Français"),
    "log-out": ("Se déconnecter", "Log out"),
    "own": ("Mon compte", "My account"),
    "error": ("Erreur", "Error"),
    "errors-1": ("Un point est à corriger", "One thing needs correcting"),
    "errors": ("{count} points sont à corriger", "{count} things need correcting"),
    # Shortcuts.
    "shortcuts": ("Raccourcis clavier", "Keyboard shortcuts"),
    "shortcut-help": ("Montrer ces raccourcis", "Show these shortcuts"),
    "shortcuts-off": (
        "Ils se désactivent dans « Mon compte ».",
        "They can be switched off in “My account”.",
    ),
    "close": ("Fermer", "Close"),
    # Home, for who sees no room.
    "home": ("Bienvenue", "Welcome"),
    "home-nothing": (
        "Votre rôle n'ouvre aucune rubrique ici pour le moment.",
        "Your role opens no section here for now.",
    ),
    # Login.
    "login": ("Se connecter", "Log in"),
    "login-lead": ("Le standard de la maison, pour ses équipes.", "The house's telephone reception, for its teams."),
    "email": ("Adresse e-mail", "E-mail address"),
    "password": ("Mot de passe", "Password"),
    "show-password": ("Afficher le mot de passe", "Show the password"),
    "login-help": (
        "Mot de passe oublié ? Demandez un nouveau lien à un administrateur.",
        "Forgot your password? Ask an administrator for a new link.",
    ),
    "login-refused": (
        "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez les deux.",
        "This address and this password do not go together. Check both.",
    ),
    "too-many": (
        "Trop d'essais. Réessayez dans {minutes} min, ou demandez un nouveau lien à un administrateur.",
        "Too many tries. Try again in {minutes} min, or ask an administrator for a new link.",
    ),
    "second-factor": ("Code de sécurité", "Security code"),
    "second-factor-lead": (
        "Ouvrez l'application d'authentification de votre téléphone et recopiez le code à six chiffres. Un code de"
        " secours convient aussi.",
        "Open the authenticator application of your telephone and copy the six-digit code. A recovery code will do"
        " as well.",
    ),
    "code": ("Code", "Code"),
    "code-refused": (
        "Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant et recopiez-le.",
        "This code is wrong, or was used already. Wait for the next one and copy it.",
    ),
    "continue": ("Continuer", "Continue"),
    # One's own account.
    "role-administrator": ("Administrateur", "Administrator"),
    "role-supervisor": ("Superviseur", "Supervisor"),
    "role-staff": ("Standard", "Staff"),
    "role-mediator": ("Médiateur", "Mediator"),
    "role-message_editor": ("Rédaction des messages", "Message editor"),
    "role-overflow_agent": ("Centre de débordement", "Overflow agent"),
    "choices": ("Préférences", "Preferences"),
    "language": ("Langue", "Language"),
    "shortcuts-on": ("Raccourcis clavier", "Keyboard shortcuts"),
    "shortcuts-hint": (
        "La touche ? les montre. Désactivez-les si vous dictez à l'ordinateur.",
        "The key ? shows them. Switch them off if you dictate to your computer.",
    ),
    "save": ("Enregistrer", "Save"),
    "own-saved": ("C'est enregistré.", "Saved."),
    "change-password": ("Changer de mot de passe", "Change your password"),
    "old-password": ("Mot de passe actuel", "Current password"),
    "new-password": ("Nouveau mot de passe", "New password"),
    "password-hint": (
        "{shortest} caractères au moins. Quelques mots sans lien entre eux font un bon mot de passe.",
        "{shortest} characters at least. A few words that have nothing to do with each other make a good one.",
    ),
    "password-changed": (
        "Le mot de passe est changé. Vos autres sessions ont pris fin.",
        "Your password is changed. Your other sessions have ended.",
    ),
    "second-factor-title": ("Double authentification", "Two-factor authentication"),
    "second-factor-on": (
        "Elle est active : après le mot de passe, un code de votre téléphone est demandé.",
        "It is on: after the password, a code from your telephone is asked for.",
    ),
    "second-factor-off": (
        "Elle n'est pas active. Avec elle, un mot de passe volé n'ouvre rien.",
        "It is off. With it, a stolen password opens nothing.",
    ),
    "second-factor-set-up": ("L'activer", "Turn it on"),
    "second-factor-again": ("Changer de téléphone", "Change the telephone"),
    "second-factor-why": (
        "Un mot de passe peut être volé. Un code de votre téléphone, qui change toutes les 30 secondes, protège"
        " votre compte.",
        "A password can be stolen. A code from your telephone, which changes every 30 seconds, protects your account.",
    ),
    "second-factor-step-1": (
        "Installez une application d'authentification (FreeOTP, Aegis, ou celle que vous avez déjà).",
        "Install an authenticator application (FreeOTP, Aegis, or the one you have).",
    ),
    "second-factor-step-2": ("Avec elle, lisez cette image.", "With it, read this picture."),
    "second-factor-step-3": (
        "Recopiez le code qu'elle affiche, et confirmez avec votre mot de passe.",
        "Copy the code that it shows, and confirm with your password.",
    ),
    "second-factor-by-hand": ("Pas de caméra ? Tapez cette clé", "No camera? Type this key"),
    "second-factor-password": ("Celui avec lequel vous vous connectez.", "The one with which you log in."),
    "second-factor-turn-on": ("Activer", "Turn on"),
    "second-factor-is-on": ("La double authentification est active.", "Two-factor authentication is on."),
    "qr": (
        "Code QR pour l'application ; la clé à taper est juste dessous.",
        "QR code for the application; the key to type is just below.",
    ),
    "recovery-codes": ("Codes de secours", "Recovery codes"),
    "recovery-codes-lead": (
        "Imprimez-les ou notez-les en lieu sûr : chacun remplace une fois votre téléphone perdu. Ils ne seront plus"
        " jamais affichés.",
        "Print them or write them down somewhere safe: each stands in once for a lost telephone. They are never shown"
        " again.",
    ),
    "codes-kept": ("Je les ai notés", "I have noted them"),
    "old:missing": ("Écrivez votre mot de passe actuel.", "Write your current password."),
    "old:wrong": ("Ce n'est pas votre mot de passe actuel.", "This is not your current password."),
    "new:missing": ("Écrivez le nouveau mot de passe.", "Write the new password."),
    "new:short": ("Il est trop court : 12 caractères au moins.", "It is too short: 12 characters at least."),
    "new:long": ("Il est trop long : 200 caractères au plus.", "It is too long: 200 characters at most."),
    "new:simple": (
        "Il est trop facile à deviner : variez les caractères.",
        "It is too easy to guess: vary the characters.",
    ),
    "new:name": (
        "Il contient votre nom ou votre adresse : choisissez-en un autre.",
        "It holds your name or address: choose another one.",
    ),
    "code:refused": (
        "Ce n'est pas le code affiché maintenant. Attendez le suivant et recopiez-le.",
        "This is not the code shown now. Wait for the next one and copy it.",
    ),
    # What to correct; "{field}:{kind}".
    "email:missing": ("Écrivez votre adresse e-mail.", "Write your e-mail address."),
    "password:missing": ("Écrivez votre mot de passe.", "Write your password."),
    "code:missing": ("Écrivez le code.", "Write the code."),
    # Refusals that are pages of their own.
    "refused-400": ("Cette page est restée ouverte trop longtemps", "This page was open for too long"),
    "refused-400-lead": (
        "Rien n'a été changé. Revenez en arrière, rechargez la page et recommencez.",
        "Nothing was changed. Go back, reload the page and try again.",
    ),
    "refused-401": ("Votre session a pris fin", "Your session has ended"),
    "refused-401-lead": ("Connectez-vous de nouveau.", "Log in again."),
    "refused-403": ("Votre rôle ne permet pas cela", "Your role does not allow this"),
    "refused-403-lead": (
        "Si vous en avez besoin, demandez à un administrateur de changer votre rôle.",
        "If you need it, ask an administrator to change your role.",
    ),
    "refused-404": ("Cette page n'existe pas", "There is no such page"),
    "refused-404-lead": (
        "Elle a peut-être été supprimée, ou son lien a déjà servi. Vérifiez l'adresse.",
        "It may have been removed, or its link was used already. Check the address.",
    ),
    "refused-405": ("Cette page ne s'ouvre pas ainsi", "This page does not open this way"),
    "refused-405-lead": ("Passez par la navigation.", "Use the navigation."),
    "refused-413": ("C'est trop gros", "This is too large"),
    "refused-413-lead": ("Choisissez un fichier plus petit.", "Choose a smaller file."),
    "refused-422": ("Un caractère ne peut pas être gardé", "A character cannot be kept"),
    "refused-422-lead": (
        "Rien n'a été changé. Revenez en arrière, et retapez le texte au lieu de le coller.",
        "Nothing was changed. Go back, and type the text instead of pasting it.",
    ),
    "refused-500": ("Quelque chose n'a pas marché", "Something went wrong"),
    "refused-500-lead": (
        "La faute est de notre côté, et elle est notée. Réessayez ; si cela dure, prévenez votre administrateur.",
        "The fault is ours, and it is written down. Try again; if it goes on, tell your administrator.",
    ),
    "refused-503": ("La base est occupée", "The base is busy"),
    "refused-503-lead": (
        "Rien n'a été changé. Réessayez dans quelques secondes.",
        "Nothing was changed. Try again in a few seconds.",
    ),
    "to-home": ("Aller à l'accueil", "Go to the first page"),
}
