"""Sounds over HTTP: an upload, a WAV file, and the sentence for a sound that is refused."""

from contextlib import closing
from io import BytesIO
from pathlib import Path

from flask import Response, abort, request, send_file
from werkzeug.datastructures import FileStorage

from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from translations.web import gettext
from web.language import current_language


def save_upload(file: FileStorage | None, folder: Path) -> Path:
    """The uploaded file under a name of our own. Raises AudioRefused when nothing was sent."""
    if not isinstance(file, FileStorage) or not file:
        raise AudioRefused("empty")
    place = folder / "sound"
    with closing(file):
        file.save(place)
    return place


def send_wav(path: Path) -> Response:
    """A WAV file, with byte ranges; 404 when it is no longer on the disk."""
    try:
        content = path.read_bytes()  # 16 kB a second
    except FileNotFoundError:
        abort(404)
    return send_file(BytesIO(content), mimetype="audio/wav", conditional=True, max_age=0)


def audio_error_text(error: AudioRefused | AudioToolError) -> str:
    """The sentence for the person who sent a sound."""
    if isinstance(error, AudioToolError):
        return gettext(
            "Our tools could not handle this sound. Try again; if it happens again, tell your administrator."
        )
    text = error.format_message(current_language())
    return text[0].upper() + text[1:] + "."


def wants_json() -> bool:
    """True for a request of console/static/upload.js, which shows an error itself and follows the `goto` address."""
    return request.accept_mimetypes.best == "application/json"
