"""Uploaded files, from staff and from attackers."""

import os
import resource
import socket
import threading
from pathlib import Path

import pytest

from prompts.audio.decoding import decode
from prompts.audio.pcm import measure, read_wav
from prompts.audio.refusals import AudioRefused

FORMATS = {
    "wav": ["-c:a", "pcm_s16le"],
    "studio.wav": ["-c:a", "pcm_s24le", "-ar", "96000", "-af", "pan=stereo|c0=c0|c1=c0"],
    "switchboard.wav": ["-c:a", "pcm_alaw", "-ar", "8000"],
    "mp3": ["-c:a", "libmp3lame", "-q:a", "5"],
    "m4a": ["-c:a", "aac"],
    "fast-start.m4a": ["-c:a", "aac", "-movflags", "+faststart"],
    "browser.mp4": ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"],
    "ogg": ["-c:a", "libvorbis"],
    "firefox.ogg": ["-c:a", "libopus"],
    "webm": ["-c:a", "libopus"],
    "flac": ["-c:a", "flac"],
}
RARER = [pytest.param(name, marks=pytest.mark.long) for name in ("fast-start.m4a", "ogg", "webm", "flac")]


@pytest.mark.parametrize("name", FORMATS)
def test_each_common_format_is_decoded(name, speech, make_with_ffmpeg):
    sound = decode(make_with_ffmpeg(f"message.{name}", "-i", speech, *FORMATS[name])).sound
    original = read_wav(speech)
    assert sound.rate == 48_000
    assert sound.seconds == pytest.approx(original.seconds, abs=0.1)
    assert measure(sound).active_dbfs == pytest.approx(measure(original).active_dbfs, abs=1)


def test_a_webm_without_a_declared_length_is_decoded(speech, make_with_ffmpeg, tmp_path):
    live = make_with_ffmpeg("recorder.webm", "-i", speech, "-c:a", "libopus", "-live", "1", "-f", "webm")
    assert decode(live).sound.seconds == pytest.approx(read_wav(speech).seconds, abs=0.1)


def test_the_format_is_recognised_by_content_and_not_by_name(speech, make_with_ffmpeg):
    assert decode(make_with_ffmpeg("message.txt", "-i", speech, "-f", "mp3")).media_type == "audio/mpeg"


def test_a_cover_picture_does_not_make_a_video(speech, make_with_ffmpeg):
    picture = make_with_ffmpeg("cover.png", "-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", 1)
    covered = make_with_ffmpeg(
        "song.mp3", "-i", speech, "-i", picture, "-map", 0, "-map", 1, "-disposition:v", "attached_pic"
    )
    assert decode(covered).sound.seconds == pytest.approx(read_wav(speech).seconds, abs=0.1)


@pytest.mark.parametrize("name", ["--version.wav", "-i.wav", "concat:a|b.wav", "a;touch b.wav", "é\n%d$(id).wav"])
def test_a_hostile_name_is_only_a_name(name, speech, tmp_path, monkeypatch):
    (tmp_path / name).write_bytes(speech.read_bytes())
    assert decode(tmp_path / name).sound.seconds == pytest.approx(read_wav(speech).seconds, abs=0.1)
    monkeypatch.chdir(tmp_path)
    assert decode(Path(name)).sound.seconds == pytest.approx(read_wav(speech).seconds, abs=0.1)
    assert os.listdir(tmp_path) == [name]


def test_a_playlist_named_mp3_does_not_read_another_file(speech, make_with_ffmpeg, tmp_path):
    make_with_ffmpeg("secret.ts", "-i", speech, "-c:a", "aac", "-f", "mpegts")
    playlist = tmp_path / "message.mp3"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.ts\n#EXT-X-ENDLIST\n")
    refused(playlist, "a text or a playlist")
    playlist.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x00" + playlist.read_bytes())
    refused(playlist, "damaged")


def test_a_playlist_that_looks_like_mp3_makes_no_connection(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        playlist = tmp_path / "message.mp3"
        playlist.write_text(f"ID3#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:{server.getsockname()[1]}/a.ts\n")
        refused(playlist, "damaged")
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.long
@pytest.mark.parametrize("name", ["long.flac", "long.mp3"])
def test_ten_hours_of_silence_are_refused_without_decoding_them(name, make_with_ffmpeg):
    silence = ["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:nb_samples=65535"]
    if name == "long.mp3":
        file = make_with_ffmpeg(name, *silence, "-t", 60, "-b:a", "8k", "-write_xing", 0, "-id3v2_version", 0)
        file.write_bytes(file.read_bytes() * 600)
    else:
        file = make_with_ffmpeg(name, *silence, "-t", 36_000, "-compression_level", 0, "-frame_size", 16_384)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    refused(file, "longer than 90 seconds")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 1


def test_a_file_with_a_false_length_is_decoded_to_the_limit_only(make_with_ffmpeg):
    stream = make_with_ffmpeg("lying.wav", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", 600)
    header = bytearray(stream.read_bytes())
    place = header.index(b"data") + 4
    header[place : place + 4] = b"\xff\xff\xff\xff"
    stream.write_bytes(header)
    refused(stream, "longer than 90 seconds")


def test_the_limit_can_be_set(speech):
    refused(speech, "longer than 5 seconds", max_seconds=5)
    decode(speech, max_seconds=10)


@pytest.mark.parametrize("name", ["mp3", "m4a", "wav", *RARER])
def test_a_truncated_file_is_refused(name, speech, make_with_ffmpeg):
    whole = make_with_ffmpeg(f"message.{name}", "-i", speech, *FORMATS[name])
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    refused(whole, "stops before its end|damaged")


@pytest.mark.parametrize("name", ["film.mp4", "film.webm", "film.mp3"])
def test_a_video_is_refused(name, speech, make_with_ffmpeg):
    form = {"film.webm": ["-c:v", "libvpx", "-f", "webm"]}.get(name, ["-c:v", "mpeg4", "-f", "mp4"])
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5"]
    refused(make_with_ffmpeg(name, "-i", speech, *picture, *form, "-shortest"), "this is a video")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"Bonjour, ceci est un texte.", "not a sound file"),
        (b"RIFF\x24\x00\x00\x00WAVE", "stops before its end"),
        (b"RIFF\x04\x00\x00\x00WAVE", "damaged"),
        (b"OggS" + bytes(200), "damaged"),
        (b"fLaC" + os.urandom(5000), "damaged"),
        (b"\x1aE\xdf\xa3" + os.urandom(5000), "damaged"),
        (b"\0\0\0\x18ftypM4A " + os.urandom(5000), "damaged"),
        (b"%PDF-1.7\n", "not a sound file"),
        (b"RIFF\x24\x00\x00\x00AVI LIST", "this is a video"),
    ],
)
def test_a_file_without_sound_is_refused_in_one_sentence(content, reason, tmp_path):
    file = tmp_path / "message.wav"
    file.write_bytes(content)
    refused(file, reason)


def test_a_folder_a_pipe_and_a_missing_file_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    refused(tmp_path, "not a file")
    refused(tmp_path / "pipe.wav", "not a file")
    refused(tmp_path / "nothing.wav", "cannot be read")


def test_two_files_are_decoded_at_once(speech, make_with_ffmpeg):
    short = make_with_ffmpeg("short.wav", "-i", speech, "-t", 2)
    lengths = {}
    threads = [
        threading.Thread(target=lambda file=file: lengths.update({file: decode(file).sound.seconds}))
        for file in (speech, short)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lengths[short] == pytest.approx(2, abs=0.1)
    assert lengths[speech] == pytest.approx(read_wav(speech).seconds, abs=0.1)


def refused(file: Path, reason: str, **limits: float) -> None:
    with pytest.raises(AudioRefused, match=reason) as refusal:
        decode(file, **limits)
    assert "\n" not in str(refusal.value)
    assert file.name not in str(refusal.value)
