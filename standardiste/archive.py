"""A backup's file: a compressed tar with a manifest of what is in it, written whole or not at all, believed only whole.

The manifest is the last member, since the sums are known when everything else has been read once.
"""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from prompts.audio import durable

MANIFEST = "manifest.json"
FORMAT = 1
PIECE = 1 << 20
Keep = Callable[[str, Iterator[bytes]], None]

DAMAGE = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError)


class ArchiveError(Exception):
    """No backup, a damaged one, or one that cannot be written; str() says which in one sentence."""


class Stored(BaseModel):
    model_config = ConfigDict(frozen=True)

    sha256: str
    size: int


class Manifest(BaseModel):
    """What a backup holds, and of which version of the software. `base`: "sqlite" or "postgresql"."""

    model_config = ConfigDict(frozen=True)

    format: int
    version: str
    base: str
    schema_revision: str | None
    made_at: datetime
    files: Mapping[str, Stored] = {}

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return sum(stored.size for stored in self.files.values())


def write(file: Path, members: Iterable[tuple[str, Path]], about: Manifest) -> Manifest:
    """Writes `file` (mode 600) with these members, by name in the archive; durable when this returns.

    Until then no file has this name, or the one before. A member that is gone meanwhile is left out.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as tar:
                stored = {name: kept for name, path in members if (kept := _add(tar, name, path))}
                manifest = about.model_copy(update={"files": stored})
                _add_text(tar, MANIFEST, manifest.model_dump_json(indent=1), about.made_at)
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(partial, file)
        durable(file.parent)
        return manifest
    finally:
        partial.unlink(missing_ok=True)


def verify(file: Path) -> Manifest:
    """Reads all of it, and says what it holds. Raises ArchiveError unless every byte is as it was written."""
    return _read(file, lambda name, content: None)


def extract(file: Path, folder: Path) -> Manifest:
    """As `verify`, with every member as a file below `folder`, which is worthless when this raises."""

    def keep(name: str, content: Iterator[bytes]) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for piece in content:
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())

    return _read(file, keep)


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Stored | None:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return None
    with source:  # the same file to its end, whatever takes its name meanwhile
        info = tar.gettarinfo(arcname=name, fileobj=source)
        info.mode, info.uid, info.gid, info.uname, info.gname = 0o600, 0, 0, "", ""
        reading = _Hashing(source)
        tar.addfile(info, reading)
    return Stored(sha256=reading.sum.hexdigest(), size=info.size)


class _Hashing(io.RawIOBase):
    """Reads a file and sums what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.sum = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.sum.update(piece)
        return piece


def _add_text(tar: tarfile.TarFile, name: str, text: str, at: datetime) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(text.encode()), 0o600, int(at.astimezone(UTC).timestamp())
    tar.addfile(info, io.BytesIO(text.encode()))


def _read(file: Path, keep: Keep) -> Manifest:
    found: dict[str, Stored] = {}
    text = b""
    with _damage_told(file), tarfile.open(file, mode="r|gz") as tar:
        for member in tar:
            name = _safe(file, member, found)
            content = tar.extractfile(member)
            assert content is not None
            if name == MANIFEST:
                text = content.read(64 * PIECE)
                continue
            counted = _Counted(content)
            keep(name, counted)
            found[name] = counted.to_the_end()
    manifest = _manifest(file, text)
    wrong = sorted(name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name))
    if wrong:
        raise ArchiveError(f"{file} is damaged: {wrong[0]} is not what was written; take another backup.")
    return manifest


class _Counted(Iterator[bytes]):
    """A member's content piece by piece, summed."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._sum, self._size = content, hashlib.sha256(), 0

    def __next__(self) -> bytes:
        if not (piece := self._content.read(PIECE)):
            raise StopIteration
        self._sum.update(piece)
        self._size += len(piece)
        return piece

    def to_the_end(self) -> Stored:
        for _ in self:
            pass
        return Stored(sha256=self._sum.hexdigest(), size=self._size)


def _safe(file: Path, member: tarfile.TarInfo, known: Mapping[str, Stored]) -> str:
    """The member's name, if it can only land below the folder it is unpacked into, and only once."""
    path = PurePosixPath(member.name)
    unsafe = path.is_absolute() or ".." in path.parts or str(path) != member.name or not member.name.isprintable()
    if unsafe or not member.isreg() or member.name in known:
        raise ArchiveError(f"{file} holds {member.name!r}, which no backup of ours does; it is not unpacked.")
    return member.name


def _manifest(file: Path, text: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        raise ArchiveError(f"{file} is no backup of this program, or a damaged one: it has no manifest.") from None
    if manifest.format != FORMAT:
        raise ArchiveError(f"{file} is in format {manifest.format}, and this version reads {FORMAT}; use its version.")
    return manifest


@contextmanager
def _damage_told(file: Path) -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        raise ArchiveError(f"{file} is damaged or no backup ({error}); take another backup.") from None
