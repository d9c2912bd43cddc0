"""What stands in a file that a program wrote: named numbers and texts, so that two executions can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class ContentKind(str, Enum):
    """How a file was read."""

    JSON = "json"
    TABLE = "table"  # CSV, TSV
    ARRAYS = "arrays"  # NumPy
    PICKLE = "pickle"
    SETTINGS = "settings"  # YAML, TOML
    TEXT = "text"
    ARCHIVE = "archive"  # members by digest, without the times that the archive holds
    BYTES = "bytes"  # not read: it can be the same or not, and nothing more is known


class NotRead(str, Enum):
    """Why nothing but the digest of a file is known."""

    KIND = "kind"  # no reader for this kind
    SIZE = "size"
    MALFORMED = "malformed"
    NO_ROOM = "no-room"  # the limit of all files together was reached


@dataclass(frozen=True, slots=True)
class NamedNumbers:
    """The numbers that stand under one name, in their order.

    `name` is the path of keys, the column or the array. `values` are as `float.hex` writes them; `count` is the number
    of all of them, which is more where only the first were kept. `digest` is BLAKE3 over all of them.
    """

    name: str
    values: tuple[str, ...]
    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class WrittenContent:
    """A file that a program wrote, or an artifact that it logged, by its content.

    `path` is the path by which the file or artifact is listed in the outputs. `digest` is BLAKE3 over what counts as
    its content: of its bytes, or (for an archive) of its members. `texts` are texts by the same names as numbers; of a
    plain text the name is empty. `run` is the id of the run that it was logged to, in replays, whose runs are kept
    together; empty for files and in records. `cut` is true where not all numbers and texts were kept; `not_read` says
    why nothing was.
    """

    path: str
    kind: ContentKind
    size_bytes: int
    digest: str
    artifact: bool = False
    numbers: tuple[NamedNumbers, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    not_read: NotRead | None = None
    run: str = ""

    @property
    def is_read(self) -> bool:
        """Whether more than the digest is known."""
        return self.not_read is None and self.kind not in {ContentKind.ARCHIVE, ContentKind.BYTES}
