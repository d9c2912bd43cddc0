"""Archives: deterministic to write, and safe to unpack whatever they contain."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bis.errors import BisError, EvidenceDamaged, StorageError, UnsafeArchive
from bis.evidence.archive import ArchiveEntry, name_problem, pack, read_entries, unpack
from bis.evidence.digests import digest_bytes

_NAMES = st.text(st.characters(exclude_characters="\0/\\", exclude_categories=["Cs"]), min_size=1, max_size=20)
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join).filter(lambda n: not name_problem(n))


def _tar(*members: tuple[str, dict[str, Any], bytes], fmt: int = tarfile.PAX_FORMAT) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz", format=fmt) as archive:
        for name, fields, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in fields.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return raw.getvalue()


def _prefix_free(files: dict[str, bytes]) -> bool:
    return not any(b.startswith(a + "/") for a in files for b in files) and all(
        len(part.encode()) < 200 for name in files for part in name.split("/")
    )


@given(st.dictionaries(_PATHS, st.binary(max_size=200), max_size=6).filter(_prefix_free))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_unpack_gives_back_what_was_packed(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    """Any names and contents that may be packed come back the same."""
    folder = tmp_path_factory.mktemp("out")
    packed = pack([ArchiveEntry(n, c) for n, c in files.items()])
    names = unpack(packed.content, folder, digest=packed.digest)
    assert {n: (folder / n).read_bytes() for n in names} == files
    assert {f.path: f.digest for f in packed.files} == {n: digest_bytes(c) for n, c in files.items()}


def test_bytes_depend_on_content_only(tmp_path: Path) -> None:
    """Order, times and owners of the files leave no trace in the archive; there is no name or time in its header."""
    for i, name in enumerate("abc"):
        (tmp_path / name).write_bytes(name.encode())
        os.utime(tmp_path / name, (i, i))
    entries = [ArchiveEntry(n, tmp_path / n) for n in "abc"]
    first = pack(entries)
    random.Random(0).shuffle(entries)
    (tmp_path / "a").touch()
    assert pack(entries).content == first.content
    assert first.content[:10] == b"\x1f\x8b\x08\x00\0\0\0\0" + first.content[8:10]
    assert first.digest == digest_bytes(first.content)


def test_executable_bit_and_links_survive(tmp_path: Path) -> None:
    """A script stays executable and a link inside of the project stays a link."""
    packed = pack(
        [
            ArchiveEntry("run.sh", b"#!", executable=True),
            ArchiveEntry("d/x", b"1"),
            ArchiveEntry("d/l", link="../run.sh"),
        ]
    )
    unpack(packed.content, tmp_path / "out")
    assert os.access(tmp_path / "out/run.sh", os.X_OK)
    assert not os.access(tmp_path / "out/d/x", os.X_OK)
    assert (tmp_path / "out/d/l").read_bytes() == b"#!"
    assert {e.name for e in read_entries(packed.content)} == {"run.sh", "d/x", "d/l"}


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    """A file that vanished, and one that is a pipe by now, are left out and listed."""
    os.mkfifo(tmp_path / "pipe")
    packed = pack(
        [ArchiveEntry("gone", tmp_path / "gone"), ArchiveEntry("pipe", tmp_path / "pipe"), ArchiveEntry("ok", b"1")]
    )
    assert [f.path for f in packed.files] == ["ok"]
    assert {e.path for e in packed.excluded} == {"gone", "pipe"}


@pytest.mark.parametrize(
    "name", ["/etc/x", "../x", "a/../../x", "a//b", "./a", "C:/x", "a\\b", "a\0b", "", "a/" * 200 + "b"]
)
def test_names_that_leave_are_refused_both_ways(tmp_path: Path, name: str) -> None:
    """No such name is packed; where a foreign archive holds one, nothing is written anywhere."""
    with pytest.raises(ValueError, match="archive entry"):
        pack([ArchiveEntry(name, b"x")])
    if not name or "\0" in name:
        return  # tarfile cuts these itself
    with pytest.raises(UnsafeArchive):
        unpack(_tar(("ok", {}, b"1"), (name, {}, b"x")), tmp_path / "in" / "out")
    assert sorted(p.name for p in tmp_path.rglob("*")) in ([], ["in"], ["in", "out"])


_LINK = {"type": tarfile.SYMTYPE}
_HOSTILE: dict[str, list[tuple[str, dict[str, Any], bytes]]] = {
    "absolute link": [("l", {**_LINK, "linkname": "/etc"}, b"")],
    "link up": [("l", {**_LINK, "linkname": "../x"}, b"")],
    "link up from below": [("d/l", {**_LINK, "linkname": "../../x"}, b"")],
    "link through a link": [
        ("a/b/c", {**_LINK, "linkname": "../.."}, b""),
        ("l", {**_LINK, "linkname": "a/b/c/../../x"}, b""),
    ],
    "write through a link": [("l", {**_LINK, "linkname": "d"}, b""), ("l/x", {}, b"1")],
    "write through a later link": [("l/x", {}, b"1"), ("l", {**_LINK, "linkname": "d"}, b"")],
    "link over a file": [("f", {}, b"1"), ("f", {**_LINK, "linkname": "g"}, b"")],
    "duplicate": [("f", {}, b"1"), ("f", {}, b"2")],
    "file below a file": [("f", {}, b"1"), ("f/x", {}, b"2")],
    "folder over a file": [("f", {}, b"1"), ("f", {"type": tarfile.DIRTYPE}, b"")],
    "hard link": [("l", {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd"}, b"")],
    "inner hard link": [("f", {}, b"1"), ("l", {"type": tarfile.LNKTYPE, "linkname": "f"}, b"")],
    "device": [("d", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}, b"")],
    "block device": [("d", {"type": tarfile.BLKTYPE}, b"")],
    "pipe": [("p", {"type": tarfile.FIFOTYPE}, b"")],
}


@pytest.mark.parametrize("case", sorted(_HOSTILE))
def test_hostile_members_are_refused_before_anything_is_written(tmp_path: Path, case: str) -> None:
    """Links that leave, writing through links, doubles and special files: refused, and the folder stays empty."""
    out = tmp_path / "deep" / "out"
    with pytest.raises(UnsafeArchive, match="was refused"):
        unpack(_tar(("first", {}, b"1"), *_HOSTILE[case]), out)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("fmt", [tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT])
def test_other_formats_are_read(tmp_path: Path, fmt: int) -> None:
    """Archives of other tools unpack, folders and long names included."""
    name = "d" * 90 + "/" + "f" * 90
    content = _tar(("d", {"type": tarfile.DIRTYPE}, b""), (name, {}, b"1"), fmt=fmt)
    assert unpack(content, tmp_path / "out") == (name,)


def test_a_bomb_is_refused_early(tmp_path: Path) -> None:
    """Members, bytes, and headers that declare gigabytes hit a limit instead of the disk or the memory."""
    zeros = _tar(("big", {}, bytes(3 << 20)))
    with pytest.raises(UnsafeArchive, match="exceeds"):
        unpack(zeros, tmp_path / "a", max_bytes=1 << 20)
    with pytest.raises(UnsafeArchive, match="exceeds"):
        unpack(_tar(*((str(i), {}, b"") for i in range(50))), tmp_path / "b", max_members=49)
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 8 << 30
    with pytest.raises(UnsafeArchive, match="declares"):
        unpack(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(2 << 20)), tmp_path / "c")
    declared = tarfile.TarInfo("huge")
    declared.size = 1 << 50
    with pytest.raises(UnsafeArchive, match="exceeds"):
        unpack(gzip.compress(declared.tobuf(tarfile.GNU_FORMAT)), tmp_path / "d")
    assert not any(p.is_file() for p in tmp_path.rglob("*"))


def test_damage_is_told_from_danger(tmp_path: Path) -> None:
    """Truncated, altered, foreign and mislabelled archives are damaged evidence; nothing is unpacked."""
    packed = pack([ArchiveEntry(f"f{i}", random.Random(i).randbytes(3000)) for i in range(5)])
    plain = bytearray(gzip.decompress(packed.content))
    plain[3584:3688] = b"\xff" * 104  # the header of a member in the middle
    cut = [packed.content[:-9], packed.content[: len(packed.content) // 2], b""]
    for content in [*cut, b"no archive", gzip.compress(b"no tar" * 999), gzip.compress(bytes(plain))]:
        with pytest.raises(EvidenceDamaged):
            unpack(content, tmp_path / "out")
    with pytest.raises(EvidenceDamaged, match="as recorded"):
        unpack(packed.content, tmp_path / "out", digest="0" * 64)
    assert not (tmp_path / "out").exists()


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_altered_archive_stays_inside(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Flipped bytes in the tar (with a right checksum of gzip) never write outside nor raise anything else."""
    base = tmp_path_factory.mktemp("fuzz")
    plain = bytearray(
        gzip.decompress(
            pack([ArchiveEntry("a/b", b"1" * 600), ArchiveEntry("l", link="a/b"), ArchiveEntry("é" * 70, b"2")]).content
        )
    )
    for _ in range(data.draw(st.integers(1, 6))):
        plain[data.draw(st.integers(0, 5000))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BisError):
        unpack(gzip.compress(bytes(plain)), base / "in" / "out")
    for path in base.rglob("*"):
        assert path.is_relative_to(base / "in" / "out") or path in {base / "in", base / "in" / "out"}
        assert not path.is_symlink() or Path(os.path.realpath(path)).is_relative_to(base)


def test_nothing_is_overwritten_nor_written_through_what_is_there(tmp_path: Path) -> None:
    """A file that is there stays, and a link that stands in the folder is not followed."""
    out, other = tmp_path / "out", tmp_path / "other"
    out.mkdir()
    other.mkdir()
    (out / "f").write_text("mine")
    with pytest.raises(StorageError):
        unpack(pack([ArchiveEntry("f", b"theirs")]).content, out)
    assert (out / "f").read_text() == "mine"
    (out / "d").symlink_to(other)
    with pytest.raises(UnsafeArchive):
        unpack(pack([ArchiveEntry("d/x", b"1")]).content, out)
    assert list(other.iterdir()) == []


def test_missing_archive_is_a_storage_error(tmp_path: Path) -> None:
    """An archive that is not there is said to be so."""
    with pytest.raises(StorageError, match="cannot be read"):
        unpack(tmp_path / "none", tmp_path / "out")
