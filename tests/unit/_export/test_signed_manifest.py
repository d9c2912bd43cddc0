"""Lists of digests, as `sha256sum` writes them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bis._export.signed_manifest import MANIFEST, compared, listed_digests
from bis.errors import EvidenceDamaged

A = hashlib.sha256(b"a").hexdigest()
B = hashlib.sha256(b"b").hexdigest()
PLACE = Path(MANIFEST)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a b.txt", "a b.txt"),
        (r"line\nend", "line\nend"),
        (r"carriage\rreturn", "carriage\rreturn"),
        (r"back\\slash", "back\\slash"),
        (r"back\\n", "back\\n"),
        (r"\\\n\\r", "\\\n\\r"),
    ],
)
def test_names_are_read_as_they_were_written(written: str, name: str) -> None:
    """Line ends and backslashes are escaped where the line is marked."""
    mark = "\\" if "\\" in written else ""
    assert listed_digests(f"{mark}{A}  {written}\n".encode(), PLACE) == {name: A}


def test_bytes_that_are_no_text_stay() -> None:
    """As the system names files."""
    [name] = listed_digests(A.encode() + b"  \xff.txt\n", PLACE)
    assert name.encode("utf-8", "surrogateescape") == b"\xff.txt"


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense",
        f"{A} one-space".encode(),
        f"{A}  ".encode(),
        f"{A[:-1]}g  not-hexadecimal".encode(),
        f"{A}  a\n\n{B}  b\n".encode(),
        f"{A}  nul\0.txt".encode(),
        f"{A}  twice\n{B}  twice\n".encode(),
        f"{A}  twice\n\\{B}  twice\n".encode(),
    ],
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    """With its line: a name that is there twice would be checked by one of its digests only."""
    with pytest.raises(EvidenceDamaged, match="line"):
        listed_digests(content, PLACE)


def test_a_folder_is_compared_with_a_list(tmp_path: Path) -> None:
    """Names that cannot be in a folder are missing from it, whatever they are."""
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "c\rd").write_bytes(b"b")
    (tmp_path / "new").touch()
    listed = {"a": B, "c\rd": B, "../a": A, "/etc/passwd": A, "x" * 5000: A}
    found = compared(tmp_path, listed)
    assert (found.changed, found.added) == (("a",), ("new",))
    assert found.missing == tuple(sorted(["../a", "/etc/passwd", "x" * 5000]))
