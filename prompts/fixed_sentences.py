"""What callers and agents hear whatever the plan says: each sentence by its key, in French and in English."""

from prompts.satisfaction_sentences import SATISFACTION_SENTENCES

FIXED_SENTENCES = {
    "apology": (
        "Nous rencontrons un incident technique. Nous vous mettons en relation avec une personne.",
        "We are having a technical problem. We are putting you through to a person.",
    ),
    "no-message": (
        "Il n'y a pas de message aujourd'hui.",
        "There is no message today.",
    ),
    "staff-connecting": (
        "Nous vous mettons en relation avec l'équipe. Merci de patienter.",
        "We are putting you through to the team. Please hold the line.",
    ),
    "staff-none": (
        "Personne ne peut prendre votre appel pour le moment.",
        "Nobody can take your call at the moment.",
    ),
    "transfer-connecting": (
        "Un instant, nous transférons votre appel.",
        "One moment, we are transferring your call.",
    ),
    "transfer-returned": (
        "Cette personne n'a pas pu prendre votre appel. Merci de patienter, nous revenons vers vous.",
        "That person could not take your call. Please hold the line, we will be back with you.",
    ),
    "agent-back": (
        "Un instant, s'il vous plaît : la communication avec votre correspondant est interrompue et va reprendre.",
        "One moment, please: the connection to the person you speak with was lost, and will be back.",
    ),
    "agent-gone": (
        "Votre correspondant n'est plus joignable. Vous êtes la première personne de la file d'attente.",
        "The person you spoke with cannot be reached any more. You are first in the queue.",
    ),
    "voicemail-invite": (
        "Laissez votre nom, votre numéro et votre message après le bip. Tapez dièse quand vous avez terminé.",
        "Please leave your name, your number and your message after the tone. Press hash when you have finished.",
    ),
    "voicemail-thanks": (
        "Votre message est enregistré. Une personne de l'équipe l'écoutera.",
        "Your message has been recorded. Somebody from the team will listen to it.",
    ),
    "callback-accepted": (
        "C'est noté. Nous vous rappellerons au numéro d'où vous appelez.",
        "Thank you. We will ring you back at the number you are calling from.",
    ),
    "callback-accepted-other": (
        "C'est noté. Nous vous rappellerons à ce numéro.",
        "Thank you. We will ring you back at this number.",
    ),
    "callback-no-number": (
        "Pour être rappelé, laissez-nous un message avec votre numéro.",
        "To be called back, please leave us a message with your number.",
    ),
    "one-moment": (
        "Un instant, s'il vous plaît.",
        "One moment, please.",
    ),
    "number-unseen": (
        "Votre numéro ne nous parvient pas.",
        "We cannot see your number.",
    ),
    "number-enter": (
        "Composez les dix chiffres de votre numéro.",
        "Please enter the ten digits of your number.",
    ),
    "number-refused": (
        "Nous ne pouvons pas rappeler ce numéro.",
        "We cannot ring that number.",
    ),
    "number-read-back": (
        "Vous avez composé :",
        "You entered:",
    ),
    "number-confirm": (
        "Si c'est bien cela, tapez 1. Pour recommencer, tapez 2.",
        "If this is right, press 1. To start again, press 2.",
    ),
    "waiting-offer": (
        "Pour être rappelé sans perdre votre place, tapez 2.",
        "To be called back without losing your place, press 2.",
    ),
    "waiting-again": (
        "Merci de patienter. Vous gardez votre place.",
        "Thank you for waiting. You keep your place.",
    ),
    "offer-this-number": (
        "Pour être rappelé au numéro d'où vous appelez, tapez 1.",
        "To be called back at the number you are calling from, press 1.",
    ),
    "offer-other-number": (
        "À un autre numéro, tapez 2.",
        "At another number, press 2.",
    ),
    "offer-a-number": (
        "Pour donner votre numéro et être rappelé, tapez 2.",
        "To give your number and be called back, press 2.",
    ),
    "offer-or-waiting": (
        "Pour continuer d'attendre, restez en ligne.",
        "To go on waiting, please hold.",
    ),
    "offer-or-voicemail": (
        "Pour laisser un message, restez en ligne.",
        "To leave a message, please hold.",
    ),
    "closing": (
        "Notre accueil ferme à cette heure. Personne ne pourra plus prendre votre appel aujourd'hui.",
        "Our reception is closing now. Nobody will be able to take your call any more today.",
    ),
    "closed": (
        "Notre accueil est fermé en ce moment.",
        "Our reception is closed at the moment.",
    ),
    "presence-ready": (
        "Vous recevez les appels.",
        "You are taking calls.",
    ),
    "presence-paused": (
        "Vous êtes en pause. Aucun appel ne vous sera proposé.",
        "You are on a break. No call will be offered to you.",
    ),
    "presence-out": (
        "Vous êtes déconnecté de l'équipe. Bonne fin de journée.",
        "You have left the team's queue. Have a good rest of the day.",
    ),
    "presence-unknown": (
        "Votre choix n'a pas pu être noté. Réessayez dans un instant, ou prévenez un responsable.",
        "Your choice could not be noted. Try again in a moment, or tell whoever is in charge.",
    ),
    "accept-call": (
        "Un appel pour l'équipe. Pour le prendre, tapez 1.",
        "A call for the team. To take it, press 1.",
    ),
    "callback-web": (
        "Un rappel demandé sur le site.",
        "A callback, asked for on the website.",
    ),
    "callback-telephone": (
        "Un rappel demandé par téléphone.",
        "A callback, asked for by telephone.",
    ),
    "callback-accept": (
        "Pour appeler cette personne, tapez 1. Pour la laisser à un collègue, tapez 2.",
        "To call this person, press 1. To leave it to a colleague, press 2.",
    ),
    "callback-unreached": (
        "Cette personne n'a pas pu être jointe.",
        "This person could not be reached.",
    ),
    "callback-impossible": (
        "Désolé, cette personne ne peut pas être appelée en ce moment.",
        "Sorry, this person cannot be called at the moment.",
    ),
    "callback-visitor": (
        "Vous avez demandé à être rappelé. Pour être mis en relation, tapez 1. "
        "Pour ne plus jamais être appelé, tapez 9.",
        "You asked to be called back. To be put through, press 1. Never to be called again, press 9.",
    ),
    "callback-opposed": (
        "C'est noté. Nous ne vous appellerons plus.",
        "Thank you. We will not call you again.",
    ),
    "staff-line-account": (
        "Ligne du personnel. Composez votre numéro de compte, puis dièse.",
        "Staff line. Enter your account number, then hash.",
    ),
    "staff-line-pin": (
        "Composez votre code secret, puis dièse.",
        "Enter your PIN, then hash.",
    ),
    "staff-line-wrong": (
        "Ces numéros ne vont pas ensemble.",
        "These numbers do not go together.",
    ),
    "staff-line-refused": (
        "Nous ne pouvons pas vous reconnaître. Choisissez un nouveau code secret dans la console, "
        "ou demandez à un administrateur.",
        "We cannot recognise you. Choose a new PIN in the console, or ask an administrator.",
    ),
    "staff-line-hello": (
        "Bonjour.",
        "Hello.",
    ),
    "staff-line-no-right": (
        "Votre compte ne permet pas de publier des messages. Demandez à un administrateur.",
        "Your account may not publish messages. Ask an administrator.",
    ),
    "staff-line-failed": (
        "Ce n'est pas possible en ce moment. Réessayez dans un instant, ou passez par la console.",
        "This is not possible at the moment. Try again in a moment, or use the console.",
    ),
    "phone-works": (
        "Votre téléphone fonctionne. Vous pouvez raccrocher.",
        "Your telephone works. You may hang up.",
    ),
    "ring-asked": (
        "Vous avez demandé cet appel dans la console. Pour le prendre, tapez 1.",
        "You asked for this call in the console. To take it, press 1.",
    ),
    "record-which": (
        "Quel message voulez-vous enregistrer ? Tapez la touche sur laquelle les appelants l'entendent.",
        "Which message do you want to record? Press the key on which callers hear it.",
    ),
    "record-slot": (
        "Vous enregistrez le message de la touche",
        "You are recording the message of key",
    ),
    "record-begin": (
        "Parlez après le bip, et tapez dièse quand vous avez terminé.",
        "Speak after the tone, and press hash when you have finished.",
    ),
    "record-moment": (
        "Un instant, nous préparons votre message.",
        "One moment, we are preparing your message.",
    ),
    "record-too-low": (
        "Votre voix est faible : la prochaine fois, parlez plus près du téléphone.",
        "Your voice is faint: next time, speak closer to the telephone.",
    ),
    "record-too-loud": (
        "Votre voix est trop forte : la prochaine fois, éloignez-vous un peu du téléphone.",
        "Your voice is too loud: next time, keep the telephone a little further away.",
    ),
    "record-heard": (
        "Voici ce que les appelants entendront.",
        "This is what callers will hear.",
    ),
    "record-menu": (
        "Pour le publier maintenant, tapez 1. Pour le réécouter, tapez 2. Pour recommencer, tapez 3. "
        "Pour le garder comme brouillon, tapez 4. Pour de l'aide, tapez étoile.",
        "To publish it now, press 1. To listen again, press 2. To record again, press 3. "
        "To keep it as a draft, press 4. For help, press star.",
    ),
    "record-help": (
        "Rien ne change pour les appelants tant que vous n'avez pas tapé 1. Si vous raccrochez, votre message reste "
        "comme brouillon dans la console, où vous pouvez le couper et y ajouter son texte.",
        "Nothing changes for callers as long as you have not pressed 1. If you hang up, your message stays as a draft "
        "in the console, where you can cut it and add its text.",
    ),
    "record-unusable": (
        "Cet enregistrement ne peut pas être utilisé : on n'entend rien, ou le son est déformé.",
        "This recording cannot be used: nothing can be heard, or the sound is distorted.",
    ),
    "record-published": (
        "C'est fait. Les appelants entendent votre message dès maintenant.",
        "Done. Callers hear your message from now on.",
    ),
    "record-published-embargo": (
        "C'est fait. Les appelants entendront votre message à la fin de la période de silence.",
        "Done. Callers will hear your message when the period of silence is over.",
    ),
    "record-handed-in": (
        "Une deuxième personne doit approuver les messages. Le vôtre lui est soumis.",
        "A second person must approve messages. Yours has been handed in.",
    ),
    "record-overtaken": (
        "Quelqu'un d'autre vient de publier un message. Pour mettre le vôtre à sa place, tapez de nouveau 1.",
        "Somebody else has just published a message. To put yours in its place, press 1 again.",
    ),
    "record-kept": (
        "Votre message est gardé comme brouillon dans la console. Rien n'a changé pour les appelants.",
        "Your message is kept as a draft in the console. Nothing has changed for callers.",
    ),
    "handoff-code": (
        "Code de l'appel.",
        "Code of the call.",
    ),
    "digit-0": ("Zéro.", "Zero."),
    "digit-1": ("Un.", "One."),
    "digit-2": ("Deux.", "Two."),
    "digit-3": ("Trois.", "Three."),
    "digit-4": ("Quatre.", "Four."),
    "digit-5": ("Cinq.", "Five."),
    "digit-6": ("Six.", "Six."),
    "digit-7": ("Sept.", "Seven."),
    "digit-8": ("Huit.", "Eight."),
    "digit-9": ("Neuf.", "Nine."),
    **SATISFACTION_SENTENCES,
    "goodbye": (
        "Merci de votre appel. Au revoir.",
        "Thank you for calling. Goodbye.",
    ),
}
