"""Files of careless programs and of other devices: taken, or refused with the true reason."""

import io
import struct
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from prompts.audio.decoding import decode
from prompts.audio.pcm import Pcm, measure, read_wav, to_array
from prompts.audio.refusals import AudioRefused
from prompts.audio.wav_header import repair_wav

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def short(speech: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of speech, 16-bit WAV, 8 kHz."""
    file = tmp_path_factory.mktemp("short") / "short.wav"
    take = ["-t", "2", "-ar", "8000", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", speech, *take, file], check=True)
    return file


def is_the_speech(sound: Pcm, short: Path) -> bool:
    """Whether it has the length of `short`, but for what encoders pad, and its level."""
    original = read_wav(short)
    length = sound.seconds == pytest.approx(original.seconds, abs=0.3)
    return length and measure(sound).active_dbfs == pytest.approx(measure(original).active_dbfs, abs=1.5)


def wav(samples: bytes, riff: int, data: int, **parts: bytes) -> bytes:
    """A WAV file with these sizes in its header, whether they are true or not, and parts `before` and `after`."""
    head = struct.pack("<4sI4s", parts.get("name", b"RIFF"), riff, b"WAVE")
    layout = parts.get("layout", struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16))
    sound = struct.pack("<4sI", b"data", data) + samples
    return head + layout + parts.get("before", b"") + sound + parts.get("after", b"")


ODD_CHUNK = struct.pack("<4sI5s", b"LIST", 5, b"INFO\0")
LARGE_SIZES = struct.pack("<4sIQQQI", b"ds64", 28, 32_080, 32_000, 16_000, 0)


@pytest.mark.parametrize(
    "sizes",
    [
        {"riff": 0, "data": 0},
        {"riff": 0xFFFFFFFF, "data": 0xFFFFFFFF},
        {"riff": 0x7FFFFFFF, "data": 0x7FFFFFFF - 36},
        {"riff": 0x7FFFF024, "data": 0x7FFFF000},
        {"riff": 0x80000024, "data": 0x80000000},
        {"riff": 32_036, "data": 40_000},  # the size of the sound alone is wrong
        {"riff": 32_036, "data": 32_036},
        {"riff": 90_000, "data": 32_000},  # the size of the file alone is wrong
        {"riff": 36, "data": 32_000},
        {"riff": 16_036, "data": 16_000},  # written once, after half of the recording
        {"riff": 32_049, "data": 32_000, "before": ODD_CHUNK},  # without the padding byte
        {"riff": 32_050, "data": 32_000, "before": ODD_CHUNK + b"\0"},
        {"riff": 32_136, "data": 32_000, "after": b"LIST" + struct.pack("<I", 92) + b"INFO" + bytes(88)},
        {"riff": 0xFFFFFFFF, "data": 0xFFFFFFFF, "before": LARGE_SIZES, "name": b"RF64"},
    ],
    ids=lambda sizes: " ".join(str(value)[:12] for value in sizes.values()),
)
def test_a_wav_with_careless_sizes_is_read_whole(sizes, short):
    samples = read_wav(short).samples[:32_000]
    with repair_wav(io.BytesIO(wav(samples, **sizes))) as repaired:
        repaired.seek(0)
        with wave.open(repaired, "rb") as read:
            assert read.readframes(20_000) == samples


@pytest.mark.parametrize("size", [pytest.param(0, marks=pytest.mark.long), 0x7FFFF000])
def test_a_wav_that_was_written_into_a_pipe_is_decoded(size, short, tmp_path):
    file = tmp_path / "careless.wav"
    file.write_bytes(wav(read_wav(short).samples, riff=size and size + 36, data=size))
    assert is_the_speech(decode(file).sound, short)


def test_a_wav_that_was_not_sent_whole_is_refused(short, tmp_path):
    file = tmp_path / "half.wav"
    file.write_bytes(wav(read_wav(short).samples[:16_000], riff=32_036, data=32_000))
    with pytest.raises(AudioRefused, match="stops before its end"):
        decode(file)


def test_a_wav_without_samples_holds_no_sound(tmp_path):
    file = tmp_path / "nothing.wav"
    file.write_bytes(wav(b"", riff=36, data=0))
    with pytest.raises(AudioRefused, match="holds no sound"):
        decode(file)


DEVICES = {
    "float.wav": ["-c:a", "pcm_f32le"],
    "24.wav": ["-c:a", "pcm_s24le"],
    "mulaw.wav": ["-c:a", "pcm_mulaw"],
    "adpcm.wav": ["-c:a", "adpcm_ms"],
    "gsm.wav": ["-c:a", "libgsm_ms", "-ar", "8000"],
    "long.wav": ["-rf64", "always"],
    "mac.aiff": ["-c:a", "pcm_s16be"],
    "sun.au": ["-c:a", "pcm_mulaw"],
    "apple.caf": ["-c:a", "alac"],
    "windows.wma": ["-c:a", "wmav2"],
    "broadcast.mp2": ["-c:a", "mp2", "-ar", "44100"],
    "stream.aac": ["-c:a", "aac", "-f", "adts"],
    "speex.ogg": ["-c:a", "libspeex", "-ar", "16000"],
    "browser.webm": ["-c:a", "libopus", "-af", "pan=stereo|c0=c0|c1=c0", "-live", "1"],
    "later.m4a": ["-c:a", "aac", "-output_ts_offset", "3"],
}


OFTEN = {"windows.wma", "mac.aiff", "stream.aac", "browser.webm", "later.m4a"}


@pytest.mark.parametrize(
    "name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.long) for name in DEVICES]
)
def test_what_devices_record_is_decoded(name, short, make_with_ffmpeg):
    assert is_the_speech(decode(make_with_ffmpeg(name, "-i", short, *DEVICES[name])).sound, short)


@pytest.mark.parametrize("size", [0, pytest.param(0x7F000000, marks=pytest.mark.long)])
def test_an_aiff_that_was_written_into_a_pipe_is_decoded(size, short, make_with_ffmpeg):
    file = make_with_ffmpeg("pipe.aiff", "-i", short)
    content = bytearray(file.read_bytes())
    for place in (4, content.index(b"COMM") + 10, content.index(b"SSND") + 4):
        content[place : place + 4] = struct.pack(">I", size)
    file.write_bytes(content)
    assert is_the_speech(decode(file).sound, short)


def amr() -> bytes:
    """Two seconds of an AMR file of a telephone: frames of 12.2 kbit/s, and silence."""
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * 100


def test_the_voice_memo_of_a_telephone_is_decoded(tmp_path):
    file = tmp_path / "memo.amr"
    file.write_bytes(amr())
    assert decode(file).sound.seconds == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("name", "coding"),
    [
        ("tagged.m4a", "aac"),
        pytest.param("tagged.aac", "aac", marks=pytest.mark.long),
        pytest.param("tagged.flac", "flac", marks=pytest.mark.long),
    ],
)
def test_a_tag_before_the_sound_is_skipped(name, coding, short, make_with_ffmpeg):
    file = make_with_ffmpeg(name, "-i", short, "-c:a", coding)
    file.write_bytes(b"ID3\x04\0\0\0\0\x02\0" + bytes(256) + file.read_bytes())
    assert is_the_speech(decode(file).sound, short)


COVERS = {
    "mp3": ("bmp", "png", "jpg", "gif", "tiff"),
    "flac": ("tiff", "png", "jpg", "bmp"),
    "m4a": ("png", "bmp", "jpg"),
}


@pytest.mark.parametrize(
    ("song", "picture"),
    [
        pytest.param(song, picture, marks=[pytest.mark.long] if place else [])
        for song, pictures in COVERS.items()
        for place, picture in enumerate(pictures)
    ],
)
def test_every_kind_of_cover_is_ignored(song, picture, short, make_with_ffmpeg):
    cover = make_with_ffmpeg(f"cover.{picture}", "-f", "lavfi", "-i", "color=red:size=16x16", "-frames:v", 1)
    maps = ["-map", 0, "-map", 1, "-c:v", "copy", "-disposition:v", "attached_pic"]
    assert is_the_speech(decode(make_with_ffmpeg(f"song.{song}", "-i", short, "-i", cover, *maps)).sound, short)


def test_of_several_tracks_the_audible_one_is_taken(short, make_with_ffmpeg):
    tracks = "[0:a]volume=0,atrim=0:1[first];[0:a]anull[second]"
    file = make_with_ffmpeg(
        "tracks.m4a", "-i", short, "-filter_complex", tracks, "-map", "[first]", "-map", "[second]", "-c:a", "aac"
    )
    assert is_the_speech(decode(file).sound, short)


def test_an_m4a_without_its_index_stops_before_its_end(short, make_with_ffmpeg):
    file = make_with_ffmpeg("crashed.m4a", "-i", short, "-c:a", "aac")
    content = file.read_bytes()
    file.write_bytes(content[: content.index(b"moov") - 4])
    with pytest.raises(AudioRefused, match="stops before its end"):
        decode(file)


def test_channels_that_are_inverted_are_mixed_and_not_lost(short, make_with_ffmpeg):
    inverted = make_with_ffmpeg("inverted.wav", "-i", short, "-af", "pan=stereo|c0=c0|c1=-0.9*c0")
    assert is_the_speech(decode(inverted).sound, short)
    one_side = make_with_ffmpeg("left.wav", "-i", short, "-af", "pan=stereo|c0=c0|c1=0*c0")
    assert measure(decode(one_side).sound).active_dbfs == pytest.approx(
        measure(read_wav(short)).active_dbfs - 6, abs=0.5
    )


def test_a_float_recording_above_full_scale_is_not_distorted(short, make_with_ffmpeg):
    loud = make_with_ffmpeg("loud.wav", "-i", short, "-af", "volume=20dB", "-c:a", "pcm_f32le")
    sound = to_array(decode(loud).sound)
    assert (abs(sound) >= 32_700).mean() < 0.001


REFUSED = {
    "this is a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "this is a document": b"%PDF-1.7\n",
    "this is an archive": b"PK\x03\x04" + bytes(100),
    "this is a text or a playlist": "\ufeffBonjour à tous".encode("utf-16-le"),
    "this is a video": b"RIFF\x24\x00\x00\x00AVI LIST",
    "holds notes": b"MThd\0\0\0\x06",
    "in the format WavPack": b"wvpk" + bytes(100),
    "in the format DSS": b"\x02dss" + bytes(100),
    "not a sound file we know": b"\xff\xff\xff\xff" * 100,
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_no_sound_is_called_what_it_is(reason, tmp_path):
    file = tmp_path / "message.wav"
    file.write_bytes(REFUSED[reason])
    with pytest.raises(AudioRefused, match=reason):
        decode(file)


def test_a_codec_that_is_not_read_is_named(short, make_with_ffmpeg):
    with pytest.raises(AudioRefused, match="coded as ac3"):
        decode(make_with_ffmpeg("cinema.m4a", "-i", short, "-c:a", "ac3", "-f", "mp4"))


def test_protected_music_is_refused_as_such(short, make_with_ffmpeg):
    file = make_with_ffmpeg("shop.m4a", "-i", short, "-c:a", "aac")
    file.write_bytes(file.read_bytes().replace(b"mp4a", b"drms", 1))
    with pytest.raises(AudioRefused, match="protected against copying"):
        decode(file)


def test_a_sound_of_many_channels_is_refused_with_their_number(tmp_path):
    file = tmp_path / "concert.wav"
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 12, 8000, 192_000, 24, 16)
    file.write_bytes(wav(bytes(24_000), riff=24_036, data=24_000, layout=layout))
    with pytest.raises(AudioRefused, match="12 channels"):
        decode(file)
