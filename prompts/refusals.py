"""Why a sound is refused, in the words of who handed it in: what is wrong, and what to do."""

from collections.abc import Mapping

REFUSALS: Mapping[str, tuple[str, str]] = {
    "unreadable": (
        "ce fichier ne peut pas être lu ({cause}) ; vérifiez son nom et ses droits",
        "this file cannot be read ({cause}); check its name and its rights",
    ),
    "no-file": (
        "ce n'est pas un fichier ; donnez le nom d'un fichier son",
        "this is not a file; give the name of a sound file",
    ),
    "empty": (
        "ce fichier est vide ; exportez-le ou enregistrez-le de nouveau",
        "this file is empty; export or record it again",
    ),
    "too-large": (
        "ce fichier dépasse {megabytes} Mo ; exportez-le en MP3",
        "this file is larger than {megabytes} MB; export it as MP3",
    ),
    "unknown": (
        "ce n'est pas un format de son que nous connaissons ; prenez WAV, MP3, M4A, Ogg, WebM ou FLAC",
        "this is not a sound file we know; use WAV, MP3, M4A, Ogg, WebM or FLAC",
    ),
    "cut-off": (
        "ce fichier s'arrête avant sa fin ; il n'a pas été envoyé en entier, envoyez-le de nouveau",
        "this file stops before its end; it was not sent whole, so send it again",
    ),
    "no-sound": (
        "ce fichier ne contient pas de son ; exportez-le de nouveau en WAV ou MP3",
        "this file holds no sound; export it again as WAV or MP3",
    ),
    "damaged-or-none": (
        "ce fichier est abîmé ou ne contient pas de son ; exportez-le de nouveau en WAV ou MP3",
        "this file is damaged or holds no sound; export it again as WAV or MP3",
    ),
    "damaged": (
        "ce fichier est abîmé ; exportez-le de nouveau en WAV ou MP3",
        "this file is damaged; export it again as WAV or MP3",
    ),
    "video": (
        "c'est une vidéo ; exportez seulement sa bande son, en MP3 ou WAV",
        "this is a video; export its sound alone as MP3 or WAV",
    ),
    "slow": (
        "ce fichier est trop long à lire ; exportez-le de nouveau en WAV ou MP3",
        "this file takes too long to read; export it again as WAV or MP3",
    ),
    "too-long": (
        "cet enregistrement dure plus de {seconds:g} secondes ; raccourcissez-le",
        "this recording is longer than {seconds:g} seconds; shorten it",
    ),
    "silent": (
        "on n'entend rien dans cet enregistrement ; vérifiez le micro et recommencez",
        "nothing can be heard in this recording; check the microphone and record it again",
    ),
    "distorted": (
        "cet enregistrement est déformé : il a été fait trop fort ; recommencez moins fort",
        "this recording is distorted: it was made too loud; record it again at a lower volume",
    ),
    "cut-too-long": (
        "ce message dure {seconds:.0f} secondes, pour {most} au plus ; rapprochez son début et sa fin",
        "this message lasts {seconds:.0f} seconds, of {most} at most; move its beginning and its end together",
    ),
    "nothing-left": (
        "il ne reste rien de ce message ; écartez son début et sa fin",
        "nothing is left of this message; move its beginning and its end apart",
    ),
    "gone": (
        "le son de ce brouillon n'est plus sur le disque ; envoyez-le de nouveau",
        "the sound of this draft is gone from the disk; hand it in again",
    ),
}


class AudioRefused(Exception):
    """A sound cannot be used. str() is one sentence, in English, that says why and what to do; `told` has it in French
    as well. `reason` is a name of REFUSALS, `values` what its sentence holds."""

    def __init__(self, reason: str, **values: object) -> None:
        self.reason, self._values = reason, values
        super().__init__(self.told("en"))

    def told(self, language: str) -> str:
        """The sentence in "fr" or "en"."""
        return REFUSALS[self.reason][language != "fr"].format(**self._values)
