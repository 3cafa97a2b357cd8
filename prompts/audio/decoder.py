"""ffmpeg in a child process that can read one file, and is limited in time, memory and output."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any, BinaryIO

from prompts.audio.channels import Interleaved
from prompts.audio.containers import Container
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError

_CPU_S = 20
_MEMORY_BYTES = 1_000_000_000
_TIMEOUT_S = 40
_MOST_CHANNELS = 8
_MOST_STREAMS = 40  # albums have a dozen pictures
_CODECS = (
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,"
    "pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_g722,adpcm_g726,adpcm_yamaha,gsm,gsm_ms,g723_1,g729,"
    "truespeech,amr_nb,amr_wb,mp1,mp2,mp3,aac,alac,flac,vorbis,opus,speex,wmav1,wmav2,wmapro,wmavoice,wmalossless"
)
_DECODERS = f"{_CODECS},g722,g726,amrnb,amrwb,mp1float,mp2float,mp3float,libopus,libspeex,libgsm,libgsm_ms"
# ffprobe opens a decoder for each stream to name its codec, so these may be opened. They must not decode: the
# -codec_whitelist without a stream type, which applies while the demuxer probes the streams, lists audio decoders only.
_NAMED_SOUNDS = f"{_DECODERS},ac3,eac3,dca,truehd,mlp,wavpack,ape,tta,cook,atrac3,atrac3p,qcelp,evrc,ilbc,sipr"
_NAMED_PICTURES = (
    "mjpeg,png,apng,bmp,gif,tiff,webp,jpeg2000,libopenjpeg,jpegls,jpegxl,libjxl,targa,pcx,ppm,pgm,qoi,"
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg1video,mpeg2video,mpeg4,theora,h263,flv,msmpeg4v2,"
    "msmpeg4,wmv1,wmv2,wmv3,vc1,prores,dvvideo,rawvideo,svq1,svq3,cinepak"
)
_NAMED_TEXTS = "mov_text,text,subrip,srt,ass,ssa,webvtt"
_PROTECTED_TAGS = ("drms", "enca", "aavd")
# The Content Encryption Object of an ASF file, and the extended one (WMA with rights management).
_ASF_PROTECTION = (
    bytes.fromhex("fbb31122 23bdd211 b4b700a0 c955fc6e"),
    bytes.fromhex("14e68a29 2226174c b935dae0 7ee9289c"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """An open file, its format, and the byte at which it begins."""

    file: BinaryIO
    container: Container
    start: int


@dataclass(frozen=True, slots=True)
class Track:
    """One of the sounds in a file: its place among the streams, and the length in seconds that it declares, or 0."""

    stream: int
    codec: str
    channels: int
    seconds: float


def probe(source: Source) -> tuple[Track, ...]:
    """The sounds in the file, the one that players choose first. Raises AudioRefused unless it holds only sound."""
    kinds = {"a": _NAMED_SOUNDS, "v": _NAMED_PICTURES, "s": _NAMED_TEXTS}
    lists = [word for kind, names in kinds.items() for word in (f"-codec_whitelist:{kind}", names)]
    fields = "stream=index,codec_type,codec_name,codec_tag_string,channels,duration,nb_frames"
    fields += ":stream_disposition=attached_pic,default:format=duration"
    output = _run(["ffprobe", "-codec_whitelist", _DECODERS, *lists], source, ["-show_entries", fields, "-of", "json"])
    found = json.loads(output or "{}")
    streams = found.get("streams", [])
    if any(stream.get("codec_type") == "video" and not _is_cover(stream) for stream in streams):
        raise AudioRefused("video")
    sounds = [stream for stream in streams if stream.get("codec_type") == "audio"]
    if not sounds:
        raise AudioRefused("damaged-or-none")
    sounds.sort(key=lambda stream: not stream["disposition"]["default"])
    only = found.get("format", {}) if len(sounds) == 1 else {}
    return tuple(_track(stream, only) for stream in sounds)


def read_samples(source: Source, track: Track, rate: int, seconds: float) -> Interleaved:
    """The first `seconds` of a track, in one or two channels."""
    if track.channels > _MOST_CHANNELS:
        raise AudioRefused("channels", count=track.channels)
    floating = track.codec.startswith("pcm_f")
    # One and two channels are taken as they are: files that call them subwoofer or back right are common.
    mix = {1: "pan=mono|c0=c0", 2: "pan=stereo|c0=c0|c1=c1"}.get(track.channels, "aformat=channel_layouts=stereo")
    take = ["-map", f"0:{track.stream}", "-vn", "-sn", "-dn", "-t", str(seconds), "-af", mix, "-ar", str(rate)]
    take += ["-f", "f32le" if floating else "s16le", "-"]
    samples = _run(["ffmpeg", "-nostdin", "-codec_whitelist", _DECODERS], source, take)
    return Interleaved(samples, rate, min(track.channels, 2), floating)


def _is_cover(stream: dict[str, Any]) -> bool:
    return bool(stream["disposition"]["attached_pic"]) or stream.get("nb_frames") == "1"


def _track(stream: dict[str, Any], only: dict[str, Any]) -> Track:
    codec = stream.get("codec_name", "unknown")
    if stream.get("codec_tag_string") in _PROTECTED_TAGS:
        raise AudioRefused("protected")
    if codec not in _CODECS.split(","):
        raise AudioRefused("codec", name=codec)
    seconds = stream.get("duration") or only.get("duration") or 0
    return Track(stream["index"], codec, max(1, stream.get("channels", 1)), float(seconds))


def _run(program: list[str], source: Source, arguments: list[str]) -> bytes:
    container = source.container
    # An MP4 index may be at the end of the file: the demuxer must seek, so it gets a path, that of our open file.
    protocol, url = ("file", "file:/dev/stdin") if container.seeks else ("pipe", "pipe:0")
    options = ["-protocol_whitelist", protocol, "-max_streams", str(_MOST_STREAMS), "-threads", "1"]
    limits = ["prlimit", f"--cpu={_CPU_S}", f"--as={_MEMORY_BYTES}", "--core=0", "--fsize=0"]
    source.file.seek(source.start)
    try:
        child = subprocess.run(
            [*limits, *program, "-v", "quiet", *options, "-f", container.demuxer, "-i", url, *arguments],
            stdin=source.file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
        )
    except FileNotFoundError as missing:
        raise AudioToolError("prlimit is not installed; run: apt install util-linux") from missing
    except subprocess.TimeoutExpired as slow:
        raise AudioRefused("slow") from slow
    if child.returncode == 127:
        raise AudioToolError("ffmpeg is not installed; run: apt install ffmpeg")
    if child.returncode != 0:
        raise _refuse_failed(source)
    return child.stdout


def _refuse_failed(source: Source) -> AudioRefused:
    source.file.seek(source.start)
    head = source.file.read(20_000)
    return AudioRefused("protected" if any(mark in head for mark in _ASF_PROTECTION) else "damaged")
