"""What a caller hears who is asked what they think of the call: each sentence by its key, in French and in English."""

SATISFACTION_SENTENCES = {
    "satisfaction-intro": (
        "Avant de raccrocher, un mot sur cet appel. Répondez avec les touches 1, pas du tout, à 5, tout à fait. "
        "Pour ne pas répondre et ne plus être interrogé, tapez 9, ou raccrochez.",
        "Before you hang up, a word about this call. Answer with the keys from 1, not at all, to 5, very much. "
        "Not to answer and not to be asked again, press 9, or hang up.",
    ),
    "satisfaction-again": (
        "Tapez une touche de 1, pas du tout, à 5, tout à fait.",
        "Press a key from 1, not at all, to 5, very much.",
    ),
    "satisfaction-words": (
        "Si vous voulez ajouter quelques mots, parlez après le bip, puis tapez dièse. Sinon, raccrochez.",
        "If you want to add a few words, speak after the tone, then press hash. Otherwise, hang up.",
    ),
    "satisfaction-thanks": (
        "Merci de vos réponses. Au revoir.",
        "Thank you for your answers. Goodbye.",
    ),
    "satisfaction-refused": (
        "C'est noté. Nous ne vous poserons plus de questions. Au revoir.",
        "Thank you. We will not ask you any more questions. Goodbye.",
    ),
}
