"""The file of a backup: a compressed tar with a manifest, written atomically, and rejected unless it is complete.

The manifest is the last member, because its checksums are known only when everything else has been read.
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

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from prompts.fsync import fsync_path

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK_BYTES = 1 << 20
MemberHandler = Callable[[str, Iterator[bytes]], None]

DAMAGE_ERRORS = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError)


class ArchiveError(Exception):
    """The file is no backup, is damaged, or cannot be written; the text says which."""


class ArchivedFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    sha256: str
    size: int


class Manifest(BaseModel):
    """What a backup holds, and the version of the software that wrote it. `database`: "sqlite" or "postgresql"."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    format: int
    version: str
    database: str = Field(alias="base")
    schema_revision: str | None
    made_at: datetime
    files: Mapping[str, ArchivedFile] = {}

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return sum(stored.size for stored in self.files.values())


def write_archive(file: Path, members: Iterable[tuple[str, Path]], manifest: Manifest) -> Manifest:
    """Writes `file` (mode 600) with these members, each a name in the archive and a path; durable when this returns.

    Until then the file does not exist, or is the earlier one. A member that disappears meanwhile is left out.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as tar:
                stored = {name: kept for name, path in members if (kept := _add(tar, name, path))}
                manifest = manifest.model_copy(update={"files": stored})
                _add_text(tar, MANIFEST, manifest.model_dump_json(indent=1, by_alias=True), manifest.made_at)
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(partial, file)
        fsync_path(file.parent)
        return manifest
    finally:
        partial.unlink(missing_ok=True)


def verify_archive(file: Path) -> Manifest:
    """Reads the whole file and returns its manifest. Raises ArchiveError unless every byte is as it was written."""
    return _read_archive(file, lambda name, content: None)


def extract_archive(file: Path, folder: Path) -> Manifest:
    """Like `verify_archive`, and writes every member below `folder`, which is to be deleted if this raises."""

    def keep(name: str, content: Iterator[bytes]) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for piece in content:
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())

    return _read_archive(file, keep)


def _add(tar: tarfile.TarFile, name: str, path: Path) -> ArchivedFile | None:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return None
    with source:  # stays the same file, even if another takes its name meanwhile
        info = tar.gettarinfo(arcname=name, fileobj=source)
        info.mode, info.uid, info.gid, info.uname, info.gname = 0o600, 0, 0, "", ""
        reading = _HashingReader(source)
        tar.addfile(info, reading)
    return ArchivedFile(sha256=reading.sum.hexdigest(), size=info.size)


class _HashingReader(io.RawIOBase):
    """Reads a file and computes the checksum of what was read."""

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


def _read_archive(file: Path, keep: MemberHandler) -> Manifest:
    found: dict[str, ArchivedFile] = {}
    text = b""
    with _translate_damage(file), tarfile.open(file, mode="r|gz") as tar:
        for member in tar:
            name = _validate_member_name(file, member, found)
            content = tar.extractfile(member)
            assert content is not None
            if name == MANIFEST:
                text = content.read(64 * CHUNK_BYTES)
                continue
            counted = _HashedChunks(content)
            keep(name, counted)
            found[name] = counted.drain()
    manifest = _parse_manifest(file, text)
    wrong = sorted(name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name))
    if wrong:
        raise ArchiveError(f"{file} is damaged: {wrong[0]} is not what was written; take another backup.")
    return manifest


class _HashedChunks(Iterator[bytes]):
    """A member's content piece by piece, with its checksum."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._sum, self._size = content, hashlib.sha256(), 0

    def __next__(self) -> bytes:
        if not (piece := self._content.read(CHUNK_BYTES)):
            raise StopIteration
        self._sum.update(piece)
        self._size += len(piece)
        return piece

    def drain(self) -> ArchivedFile:
        for _ in self:
            pass
        return ArchivedFile(sha256=self._sum.hexdigest(), size=self._size)


def _validate_member_name(file: Path, member: tarfile.TarInfo, known: Mapping[str, ArchivedFile]) -> str:
    """The name of the member, which must be new and below the folder of extraction. Raises ArchiveError."""
    path = PurePosixPath(member.name)
    unsafe = path.is_absolute() or ".." in path.parts or str(path) != member.name or not member.name.isprintable()
    if unsafe or not member.isreg() or member.name in known:
        raise ArchiveError(f"{file} holds {member.name!r}, which no backup of ours does; it is not unpacked.")
    return member.name


def _parse_manifest(file: Path, text: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        raise ArchiveError(f"{file} is no backup of this program, or a damaged one: it has no manifest.") from None
    if manifest.format != FORMAT:
        raise ArchiveError(f"{file} is in format {manifest.format}, and this version reads {FORMAT}; use its version.")
    return manifest


@contextmanager
def _translate_damage(file: Path) -> Iterator[None]:
    try:
        yield
    except DAMAGE_ERRORS as error:
        raise ArchiveError(f"{file} is damaged or no backup ({error}); take another backup.") from None
