"""What is read about the staff line."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "phone": ("Par téléphone", "By telephone"),
    "phone-card": (
        "Enregistrez le message du jour depuis un téléphone, avec un code secret.",
        "Record the message of the day from a telephone, with a PIN.",
    ),
    "phone-card-link": ("Code secret et numéro", "PIN and number"),
    "phone-how": ("Enregistrer le message du jour", "Record the message of the day"),
    "phone-dial": ("Depuis un poste de la maison, composez {code}.", "From a desk of the house, dial {code}."),
    "phone-dial-outside": ("De l'extérieur, composez le {number}.", "From outside, dial {number}."),
    "phone-account": ("Votre numéro de compte : {number}, puis dièse.", "Your account number: {number}, then hash."),
    "phone-then": (
        "Puis votre code secret et dièse. Une voix vous guide ; rien ne change pour les appelants tant que vous n'avez"
        " pas tapé 1.",
        "Then your PIN and hash. A voice guides you; nothing changes for callers until you have pressed 1.",
    ),
    "phone-way": (
        "Vous pouvez aussi enregistrer ce message par téléphone.",
        "You can also record this message by telephone.",
    ),
    "ring-record": ("M'appeler pour l'enregistrer", "Ring me so that I can record it"),
    "ring-hear": ("L'écouter sur mon téléphone", "Ring my telephone to hear it"),
    "ring-soon": (
        "Votre téléphone va sonner. S'il ne sonne pas, vérifiez qu'il est branché, puis redemandez.",
        "Your telephone is about to ring. If it does not, check that it is plugged in, then ask again.",
    ),
    "ring-no-telephone": (
        "Aucun téléphone n'est lié à votre compte. Un administrateur peut le faire dans « Personnes ».",
        "No telephone belongs to your account. An administrator can change that in “People”.",
    ),
    "pin": ("Code secret", "PIN"),
    "pin-none": ("Vous n'en avez pas encore.", "You have none yet."),
    "pin-since": ("Choisi le {moment}.", "Chosen on {moment}."),
    "pin-locked": (
        "Il est bloqué : il a été mal tapé trop souvent. Choisissez-en un autre ici. Si ce n'était pas vous, dites-le"
        " à un administrateur.",
        "It is locked: it was typed wrongly too often. Choose another one here. If that was not you, tell an"
        " administrator.",
    ),
    "pin-new": ("Nouveau code secret", "New PIN"),
    "pin-hint": (
        "De {shortest} à {longest} chiffres, sans suite ni répétition ni date de naissance.",
        "{shortest} to {longest} digits: no sequence, no repetition, no birthday.",
    ),
    "pin-choose": ("Choisir ce code", "Choose this PIN"),
    "pin-chosen": ("Votre code secret est choisi.", "Your PIN is chosen."),
    "pin:missing": ("Écrivez le code secret.", "Write the PIN."),
    "pin:digits": ("Il se compose de chiffres seulement.", "It is made of digits alone."),
    "pin:short": ("Il est trop court : 6 chiffres au moins.", "It is too short: 6 digits at least."),
    "pin:long": ("Il est trop long : 12 chiffres au plus.", "It is too long: 12 digits at most."),
    "pin:easy": (
        "Il est trop facile à deviner : évitez suites et répétitions.",
        "It is too easy to guess: avoid sequences and repetitions.",
    ),
    # On a person's page, for who manages people.
    "pin-is-locked": (
        "Le code secret de téléphone de {name} est bloqué après trop d'erreurs.",
        "{name}'s telephone PIN is locked after too many errors.",
    ),
    "pin-unlock": ("Débloquer le code secret", "Unlock the PIN"),
    "pin-unlocked": ("Le code secret de {name} fonctionne de nouveau.", "{name}'s PIN works again."),
    # The record of changes.
    "change-account.pin": ("Code secret choisi", "PIN chosen"),
    "change-account.pin_locked": ("Code secret bloqué", "PIN locked"),
    "change-account.pin_unlocked": ("Code secret débloqué", "PIN unlocked"),
    "field-locked": ("bloqué", "locked"),
    "field-channel": ("par", "by"),
    "channel-phone": ("téléphone", "telephone"),
}
