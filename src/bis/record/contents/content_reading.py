"""Reading what a program wrote: the reader for each kind of file, and what is known where none fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blake3 import blake3

from bis.config import MIB
from bis.model.written_content import ContentKind, NamedNumbers, NotRead, WrittenContent
from bis.record.contents.archive_content import digest_of_members
from bis.record.contents.gathering import ContentUnreadable, TooMuch
from bis.record.contents.json_content import read_json, read_json_lines
from bis.record.contents.table_content import read_table
from bis.record.contents.text_content import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from bis.record.contents.gathering import Gathering

LARGEST_BYTES = 16 * MIB
# Of all files of a session together; files are taken in the order of their size, the smallest first: figures that
# a program writes for people are small.
MOST_NUMBERS_IN_ALL = 50_000
MOST_CHARACTERS_IN_ALL = 1 << 20
MOST_FILES = 500


# NumPy and PyYAML take longer to load than a session takes to be stored: only where there is such a file.


def _read_arrays(content: bytes) -> Gathering:
    from bis.record.contents.array_content import read_arrays  # NumPy

    return read_arrays(content)


def _read_pickle(content: bytes) -> Gathering:
    from bis.record.contents.pickle_content import read_pickle  # NumPy

    return read_pickle(content)


def _read_yaml(content: bytes) -> Gathering:
    from bis.record.contents.settings_content import read_yaml  # PyYAML

    return read_yaml(content)


def _read_toml(content: bytes) -> Gathering:
    from bis.record.contents.settings_content import read_toml  # PyYAML

    return read_toml(content)


_READERS: dict[str, tuple[ContentKind, Callable[[bytes], Gathering]]] = {
    "json": (ContentKind.JSON, read_json),
    "jsonl": (ContentKind.JSON, read_json_lines),
    "ndjson": (ContentKind.JSON, read_json_lines),
    "csv": (ContentKind.TABLE, read_table),
    "tsv": (ContentKind.TABLE, read_table),
    "npy": (ContentKind.ARRAYS, _read_arrays),
    "npz": (ContentKind.ARRAYS, _read_arrays),
    "pkl": (ContentKind.PICKLE, _read_pickle),
    "pickle": (ContentKind.PICKLE, _read_pickle),
    "joblib": (ContentKind.PICKLE, _read_pickle),
    "p": (ContentKind.PICKLE, _read_pickle),
    "yaml": (ContentKind.SETTINGS, _read_yaml),
    "yml": (ContentKind.SETTINGS, _read_yaml),
    "toml": (ContentKind.SETTINGS, _read_toml),
}
# Text in which numbers are places, sizes and styles, and not results.
_DRAWN = frozenset({"svg", "html", "htm", "xml", "js", "css", "ipynb", "py", "dot", "ps", "eps", "pdf"})


def read_contents(files: Iterable[tuple[str, Path, bool]], redact: Callable[[str], str]) -> tuple[WrittenContent, ...]:
    """The contents of files and artifacts, sorted by path.

    Parameters
    ----------
    files : iterable of (path, place, is it an artifact)
        By which path each is listed, and where it lies on this machine. Those that are gone are left out.
    redact : callable
        Takes secrets out of a text.
    """
    sized = []
    for path, place, artifact in files:
        try:
            sized.append((place.stat().st_size, path, place, artifact))
        except OSError:
            continue
    found: list[WrittenContent] = []
    numbers, characters = MOST_NUMBERS_IN_ALL, MOST_CHARACTERS_IN_ALL
    for size, path, place, artifact in sorted(sized, key=lambda s: (s[0], s[1]))[:MOST_FILES]:
        content = read_content(path, place, size, redact, artifact=artifact)
        if content is None:
            continue
        needed = (sum(len(n.values) for n in content.numbers), sum(map(len, content.texts.values())))
        if needed[0] > numbers or needed[1] > characters:
            content = WrittenContent(
                path, ContentKind.BYTES, size, content.digest, artifact=artifact, not_read=NotRead.NO_ROOM
            )
        else:
            numbers, characters = numbers - needed[0], characters - needed[1]
        found.append(content)
    return tuple(sorted(found, key=lambda c: (c.artifact, c.path)))


def read_content(
    path: str, place: Path, size: int, redact: Callable[[str], str], *, artifact: bool = False
) -> WrittenContent | None:
    """The content of one file; None where it cannot be opened."""
    if size > LARGEST_BYTES:
        return None  # its digest is among the files already
    try:
        content = place.read_bytes()
    except OSError:
        return None
    digest = blake3(content).hexdigest()
    kind, why = ContentKind.BYTES, NotRead.KIND
    for kind_tried, read in _tried(path, content):
        try:
            gathered = read(content)
        except TooMuch:
            why = NotRead.SIZE
            break
        except (ContentUnreadable, RecursionError):
            why = NotRead.MALFORMED
            continue
        return WrittenContent(
            path,
            kind_tried,
            len(content),
            digest,
            artifact=artifact,
            numbers=tuple(NamedNumbers(redact(n.name), n.values, n.count, n.digest) for n in gathered.numbers),
            texts={redact(name): redact(text) for name, text in gathered.texts.items()},
            cut=gathered.cut,
        )
    if content.startswith(b"PK"):
        try:
            digest, kind = digest_of_members(content), ContentKind.ARCHIVE
        except ContentUnreadable:
            why = NotRead.MALFORMED
    return WrittenContent(path, kind, len(content), digest, artifact=artifact, not_read=why)


def _tried(path: str, content: bytes) -> list[tuple[ContentKind, Callable[[bytes], Gathering]]]:
    """The readers to try, in order: what the name says, then text."""
    suffix = path.rpartition("/")[2].rpartition(".")[2].lower()
    if suffix in _DRAWN:
        return []
    tried = [_READERS[suffix]] if suffix in _READERS else []
    if not content.startswith(b"PK"):
        tried.append((ContentKind.TEXT, read_text))
    return tried
