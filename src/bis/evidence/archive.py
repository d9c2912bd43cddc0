"""Source archives: equal content gives equal bytes, and unpacking stays inside its folder."""

from __future__ import annotations

import gzip
import io
import os
import posixpath
import stat
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from bis.errors import EvidenceDamaged, StorageError, UnsafeArchive
from bis.evidence.digests import digest_bytes
from bis.model.facets import Excluded, FileDigest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_MEMBERS = 100_000
MAX_BYTES = 4 << 30
MAX_NAME = 4096
MAX_DEPTH = 100
_CHUNK_BYTES = 1 << 20
_BLOCK_BYTES = 512
_COMPRESSION = 1  # four times faster than 6 for a fifth more bytes; it runs in front of the user's program


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """What goes into an archive under `name`: content, a file to read, or a symbolic link to the relative `link`."""

    name: str
    source: bytes | Path = b""
    executable: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive. `files` are digests of what is in it, `excluded` what could not be read when it was packed."""

    content: bytes
    digest: str
    files: tuple[FileDigest, ...]
    excluded: tuple[Excluded, ...]


def pack(entries: Iterable[ArchiveEntry], *, max_file_bytes: int | None = None) -> Packed:
    """Write a gzipped tar whose bytes depend on names and contents only, not on order, times or owners.

    Equal bytes are promised for one build of zlib; another may compress otherwise.

    Parameters
    ----------
    entries : iterable of ArchiveEntry
        In any order; each name once.
    max_file_bytes : int, optional
        A file that turns out to be larger when it is read is left out.

    Raises
    ------
    ValueError
        A name occurs twice, or is one that `unpack` would refuse.
    """
    ordered = sorted(entries, key=lambda e: e.name)
    files, excluded = [], []
    plain, raw = io.BytesIO(), io.BytesIO()
    previous = None
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8") as archive:
        for entry in ordered:
            problem = name_problem(entry.name) or ("it occurs twice" if entry.name == previous else "")
            if problem:
                raise ValueError(f"archive entry {entry.name!r}: {problem}")
            previous = entry.name
            info = tarfile.TarInfo(entry.name)
            if entry.link:
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, entry.link, 0o777
                archive.addfile(info)
                continue
            try:
                content = _content(entry.source, max_file_bytes)
            except OSError as exc:
                excluded.append(Excluded(entry.name, f"cannot be read: {exc.strerror or exc}"))
                continue
            info.size, info.mode = len(content), 0o755 if entry.executable else 0o644
            archive.addfile(info, io.BytesIO(content))
            files.append(FileDigest(entry.name, len(content), digest_bytes(content)))
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=_COMPRESSION) as stream:
        stream.write(plain.getbuffer())
    packed = raw.getvalue()
    return Packed(packed, digest_bytes(packed), tuple(files), tuple(excluded))


def read_entries(archive: bytes | Path) -> tuple[ArchiveEntry, ...]:
    """Everything in an archive, in memory, under the same checks as `unpack`.

    Raises
    ------
    UnsafeArchive, EvidenceDamaged
        As `unpack`.
    """
    entries: list[ArchiveEntry] = []
    with _opened(archive) as file:
        for member, read in _members(file, max_members=MAX_MEMBERS, max_bytes=MAX_BYTES):
            if member.issym():
                entries.append(ArchiveEntry(member.name, link=member.linkname))
            elif member.isreg():
                entries.append(ArchiveEntry(member.name, b"".join(read()), executable=bool(member.mode & stat.S_IXUSR)))
    return tuple(entries)


def unpack(
    archive: bytes | Path,
    folder: Path,
    *,
    digest: str | None = None,
    max_members: int = MAX_MEMBERS,
    max_bytes: int = MAX_BYTES,
) -> tuple[str, ...]:
    """Unpack into `folder`, and nowhere else, whatever the archive contains.

    The whole archive is checked before the first byte is written. Regular files, folders and symbolic links that
    stay inside are accepted; nothing is ever overwritten, and links are made last, so that nothing is written
    through one.

    Parameters
    ----------
    archive : bytes or Path
        A gzipped tar.
    folder : Path
        Created where it is not there.
    digest : str, optional
        The BLAKE3 digest that the archive must have.
    max_members, max_bytes : int
        Limits on the number of members and on the bytes that they unpack to.

    Returns
    -------
    tuple of str
        Names of files and links, as they are in the archive.

    Raises
    ------
    UnsafeArchive
        A member would leave the folder, is a device or hard link, or a limit is exceeded.
    EvidenceDamaged
        It is not a gzipped tar, ends early, or has another digest.
    StorageError
        The file system refuses, or a file is there already.
    """
    with _opened(archive) as file:
        if digest is not None:
            found = digest_bytes(file.read())
            file.seek(0)
            if found != digest:
                raise EvidenceDamaged(
                    f"the archive has BLAKE3 digest {found}, not {digest} as recorded",
                    hint="Fetch it again; if that does not help, it was changed after it was recorded.",
                )
        for _ in _members(file, max_members=max_members, max_bytes=max_bytes):
            pass
        file.seek(0)
        try:
            return _write(_members(file, max_members=max_members, max_bytes=max_bytes), folder)
        except OSError as exc:
            raise StorageError(f"unpacking into {folder} failed: {exc.strerror or exc}", path=exc.filename) from exc


def name_problem(name: str) -> str:  # noqa: PLR0911 - a list of refusals
    """Why an archive may not hold this name; empty where it may."""
    if not name or "\0" in name:
        return "the name is empty or holds a NUL"
    if "\\" in name:
        return "the name holds a backslash, which is a separator on Windows"
    if name.startswith("/") or name[1:2] == ":" or (os.name == "nt" and ":" in name):
        return "the name is absolute"
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return "the name holds an empty, '.' or '..' part"
    if len(name) > MAX_NAME or len(parts) > MAX_DEPTH:
        return "the name is too long or too deep"
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "the name is not UTF-8"
    return ""


def link_problem(name: str, target: str) -> str:
    """Why an archive may not hold a symbolic link `name` to `target`; empty where it may."""
    problem = name_problem(target.lstrip("./")) if target.strip("./") else ""
    if problem or not target or target.startswith("/"):
        return problem or "the link is absolute or empty"
    parts = target.split("/")
    up = next((i for i, part in enumerate(parts) if part != ".."), len(parts))
    # '..' after a folder that is itself a link would be resolved from where that link leads.
    if ".." in parts[up:] or "." in parts:
        return "the link holds '.' or '..' behind a folder"
    if up > name.count("/"):
        return "the link leads out of the folder"
    return ""


class _Bounded:
    """Decompressed bytes, forward only, that end in an error where they become too many.

    `tarfile` reads extended headers in one piece of the size that they declare, so that single reads are bounded too.
    """

    def __init__(self, raw: BinaryIO, max_bytes: int) -> None:
        self._stream = gzip.GzipFile(fileobj=raw, mode="rb")
        self._max_bytes = max_bytes
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > _CHUNK_BYTES:
            raise UnsafeArchive(f"the archive has a header that declares {size} bytes")
        try:
            content = self._stream.read(size)
        except (EOFError, zlib.error, OSError) as exc:
            raise EvidenceDamaged(f"the archive cannot be decompressed: {exc}") from exc
        self._position += len(content)
        if self._position > self._max_bytes:
            raise UnsafeArchive(f"the archive unpacks to more than {self._max_bytes} bytes")
        return content

    def tell(self) -> int:
        return self._position

    def seek(self, position: int, whence: int = 0) -> int:
        if whence != 0 or position < self._position:
            raise EvidenceDamaged("the archive has a member that reaches back into an earlier one")
        while self._position < position and self.read(min(_CHUNK_BYTES, position - self._position)):
            pass
        return self._position


def _members(
    file: BinaryIO, *, max_members: int, max_bytes: int
) -> Iterator[tuple[tarfile.TarInfo, Callable[[], Iterator[bytes]]]]:
    """Checked members, in order, each with a function that reads its content before the next is asked for."""
    stream = _Bounded(file, max_bytes + (max_members + 2) * 8 * _BLOCK_BYTES)
    kinds: dict[str, str] = {}
    total = 0
    try:
        archive = tarfile.TarFile(fileobj=cast("BinaryIO", stream), mode="r", encoding="utf-8")
        for count, member in enumerate(iter(archive.next, None)):
            total += max(member.size, 0)
            if count >= max_members or total > max_bytes:
                raise UnsafeArchive(f"the archive exceeds {max_members} members or {max_bytes} bytes")
            _check(member, kinds)
            yield member, lambda m=member: _chunks(stream, m)  # type: ignore[misc]  # a default binds the loop's value
            cast("Any", archive).members.clear()  # a list of all headers would grow with the archive
        end = archive.offset
    except (tarfile.TarError, UnicodeError, ValueError, OverflowError) as exc:
        raise EvidenceDamaged(f"the archive is not a tar: {exc}") from exc
    _check_end(stream, end)


def _check_end(stream: _Bounded, end: int) -> None:
    """Read on to the checksum: `tarfile` takes a damaged header in the middle for the end."""
    if stream.tell() < end:
        stream.seek(end)
    while content := stream.read(_CHUNK_BYTES):
        if content.strip(b"\0"):
            raise EvidenceDamaged("the archive goes on after a damaged header")


def _check(member: tarfile.TarInfo, kinds: dict[str, str]) -> None:
    """Refuse a member that could write outside, given those before it."""
    name = member.name
    problem = name_problem(name)
    if not problem and member.size < 0:
        problem = "its size is negative"
    if not problem and (member.issparse() or not (member.isreg() or member.isdir() or member.issym())):
        problem = "only plain files, folders and symbolic links may be in it"
    if not problem and member.issym():
        problem = link_problem(name, member.linkname)
    kind = "folder" if member.isdir() else "link" if member.issym() else "file"
    if not problem and kinds.get(name) not in (None, "folder" if kind == "folder" else None):
        problem = "it occurs twice"
    if not problem:
        parent = posixpath.dirname(name)
        while parent and not problem:
            if kinds.setdefault(parent, "folder") != "folder":
                problem = f"{parent!r} is a {kinds[parent]}, not a folder"
            parent = posixpath.dirname(parent)
    if problem:
        raise UnsafeArchive(
            f"archive member {name!r} was refused: {problem}",
            hint="Nothing was unpacked. An archive that bis wrote never contains this.",
            member=name,
        )
    kinds[name] = kind


def _chunks(stream: _Bounded, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream.seek(member.offset_data)
    left = member.size
    while left:
        content = stream.read(min(left, _CHUNK_BYTES))
        if not content:
            raise EvidenceDamaged(f"the archive ends within {member.name!r}")
        left -= len(content)
        yield content


def _write(members: Iterable[tuple[tarfile.TarInfo, Callable[[], Iterator[bytes]]]], folder: Path) -> tuple[str, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    root = folder.resolve()
    made: set[str] = {""}
    links: list[tuple[str, str]] = []
    names: list[str] = []
    for member, read in members:
        _make_folders(root, member.name if member.isdir() else posixpath.dirname(member.name), made)
        if member.isdir():
            continue
        names.append(member.name)
        if member.issym():
            links.append((member.name, member.linkname))
            continue
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        mode = 0o755 if member.mode & stat.S_IXUSR else 0o644
        with os.fdopen(os.open(root / member.name, flags, mode), "wb") as file:
            for content in read():
                file.write(content)
    for name, target in links:
        (root / name).symlink_to(target)
    return tuple(names)


def _make_folders(root: Path, name: str, made: set[str]) -> None:
    """Make `name` and what is above it; a link that was in the folder before is not followed."""
    if name in made:
        return
    _make_folders(root, posixpath.dirname(name), made)
    place = root / name
    if place.is_symlink():
        raise UnsafeArchive(f"{place} is a symbolic link: files would be written through it", member=name)
    place.mkdir(exist_ok=True)
    made.add(name)


def _opened(archive: bytes | Path) -> BinaryIO:
    if isinstance(archive, bytes):
        return io.BytesIO(archive)
    try:
        return archive.open("rb")
    except OSError as exc:
        raise StorageError(f"{archive} cannot be read: {exc.strerror or exc}") from exc


def _content(source: bytes | Path, max_bytes: int | None) -> bytes:
    if isinstance(source, bytes):
        return source
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(source, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is not a regular file")
        content = file.read() if max_bytes is None else file.read(max_bytes + 1)
    if max_bytes is not None and len(content) > max_bytes:
        raise OSError(0, f"it is larger than {max_bytes} bytes")
    return content
