"""What stands in written files."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bis.model.written_content import ContentKind, NotRead, WrittenContent
from bis.record.contents import content_reading, gathering
from bis.record.contents.content_reading import read_content, read_contents

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, name: str, content: str | bytes) -> WrittenContent:
    """The content of a file of this name."""
    place = folder / name
    place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    found = read_content(name, place, place.stat().st_size, str)
    assert found is not None
    return found


def numbers(content: WrittenContent) -> dict[str, list[float]]:
    """The numbers by name."""
    return {n.name: [float.fromhex(v) for v in n.values] for n in content.numbers}


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (
            "m.json",
            '{"accuracy": 0.5, "history": {"loss": [1, 0.25]}, "ok": true}',
            {"accuracy": [0.5], "history.loss": [1, 0.25]},
        ),
        ("m.jsonl", '{"loss": 1.0}\n\n{"loss": 0.5}\n', {"loss": [1.0, 0.5]}),
        ("m.csv", "epoch,loss,name\n0,0.5,a\n1,0.25,b\n", {"epoch": [0, 1], "loss": [0.5, 0.25]}),
        ("m.tsv", "loss\tauc\n0.5\t\n0.25\t0.75\n", {"loss": [0.5, 0.25], "auc": [0.75]}),
        ("semicolon.csv", "a;b\n1;2\n", {"a": [1], "b": [2]}),
        ("bare.csv", "0.5,1\n0.25,2\n", {"column 1": [0.5, 0.25], "column 2": [1, 2]}),
        ("m.yaml", "best:\n  f1: 0.5\n", {"best.f1": [0.5]}),
        ("m.toml", "[best]\nf1 = 0.5\n", {"best.f1": [0.5]}),
    ],
)
def test_numbers_have_the_names_that_lead_to_them(
    tmp_path: Path, name: str, text: str, found: dict[str, list[float]]
) -> None:
    """Paths of keys, columns; the members of a list share a name."""
    content = read(tmp_path, name, text)
    assert numbers(content) == found
    assert content.is_read


def test_texts_stand_beside_numbers(tmp_path: Path) -> None:
    """Truth values and nothing are texts, and so is a whole number that no double can tell from its neighbours."""
    content = read(tmp_path, "m.json", json.dumps({"a": "x", "b": [True, None], "big": 2**60 + 1}))
    assert content.texts == {"a": "x", "b": "True\nNone", "big": str(2**60 + 1)}


def test_arrays_are_read_without_pickles(tmp_path: Path) -> None:
    """NumPy's own files, of several arrays too; one of objects is not read."""
    np.savez(tmp_path / "two.npz", a=np.arange(3), c=np.array([1 + 2j]), s=np.array(["u"]))
    two = read(tmp_path, "two.npz", (tmp_path / "two.npz").read_bytes())
    assert numbers(two) == {"a": [0, 1, 2], "c": [1, 2]}
    assert two.texts == {"s": "u"}
    np.save(tmp_path / "o.npy", np.array([{"x": 1}], dtype=object), allow_pickle=True)
    assert read(tmp_path, "o.npy", (tmp_path / "o.npy").read_bytes()).not_read is NotRead.MALFORMED


def test_any_other_text_is_text(tmp_path: Path) -> None:
    """By its content where the name says nothing; what is malformed is still text."""
    assert read(tmp_path, "result", "acc 0.5\r\n").texts == {"": "acc 0.5\n"}
    broken = read(tmp_path, "m.json", '{"accuracy": ')
    assert (broken.kind, broken.is_read) == (ContentKind.TEXT, True)


def test_drawings_and_bytes_are_not_read(tmp_path: Path) -> None:
    """Numbers in a picture are places."""
    assert read(tmp_path, "p.svg", "<svg width='10'/>").not_read is NotRead.KIND
    assert not read(tmp_path, "w.bin", b"\0\xff").is_read


def test_an_archive_is_its_members(tmp_path: Path) -> None:
    """The times in a zip archive say nothing; its members do."""
    digests = []
    for year, text in ((2020, "a"), (2021, "a"), (2021, "b")):
        with zipfile.ZipFile(tmp_path / "w.pt", "w") as archive:
            archive.writestr(zipfile.ZipInfo("data/0", (year, 1, 1, 0, 0, 0)), text)
        digests.append(read(tmp_path, "w.pt", (tmp_path / "w.pt").read_bytes()).digest)
    assert digests[0] == digests[1] != digests[2]


def test_long_series_are_cut_and_digested_whole(tmp_path: Path) -> None:
    """The first values are kept; the digest is of all."""
    values = np.zeros(gathering.MOST_NUMBERS + 1)
    np.save(tmp_path / "a.npy", values)
    first = read(tmp_path, "a.npy", (tmp_path / "a.npy").read_bytes())
    values[-1] = 1.0
    np.save(tmp_path / "a.npy", values)
    second = read(tmp_path, "a.npy", (tmp_path / "a.npy").read_bytes())
    assert first.cut
    assert (len(first.numbers[0].values), first.numbers[0].count) == (
        gathering.MOST_NUMBERS,
        gathering.MOST_NUMBERS + 1,
    )
    assert first.numbers[0].values == second.numbers[0].values
    assert first.numbers[0].digest != second.numbers[0].digest


def test_too_much_is_left_to_the_digest(tmp_path: Path) -> None:
    """The smallest files come first; what does not fit is compared by its bytes, and what is gone is left out."""
    per_file = content_reading.MOST_NUMBERS_IN_ALL // gathering.MOST_NUMBERS
    files = []
    for i in range(per_file + 1):
        np.save(tmp_path / f"{i:02}.npy", np.zeros(gathering.MOST_NUMBERS + i))
        files.append((f"{i:02}.npy", tmp_path / f"{i:02}.npy", False))
    (tmp_path / "m.json").write_text('{"a": 1}')
    found = read_contents([*files, ("m.json", tmp_path / "m.json", False), ("gone", tmp_path / "gone", False)], str)
    by_path = {c.path: c for c in found}
    assert "gone" not in by_path
    assert by_path["m.json"].is_read
    assert by_path[f"{per_file:02}.npy"].not_read is NotRead.NO_ROOM


def test_secrets_are_taken_out(tmp_path: Path) -> None:
    """Of texts and of names."""
    place = tmp_path / "m.json"
    place.write_text('{"key": "hunter2", "hunter2": 1.0}')
    found = read_content("m.json", place, 10, lambda text: text.replace("hunter2", "[redacted]"))
    assert found is not None
    assert (found.texts, numbers(found)) == ({"key": "[redacted]"}, {"[redacted]": [1.0]})


def skops_model(seed: int) -> bytes:
    """A model as MLflow writes it, whose objects lie elsewhere in memory each time."""
    skops = pytest.importorskip("skops.io", reason="MLflow brings it with its later versions only")
    from sklearn.ensemble import RandomForestClassifier

    x = np.arange(40.0).reshape(20, 2)
    return bytes(skops.dumps(RandomForestClassifier(3, random_state=seed).fit(x, np.arange(20) % 2)))


def test_models_of_skops_are_compared_without_addresses(tmp_path: Path) -> None:
    """The files of arrays are named by addresses of memory, and so are the objects of the schema."""
    kept = [skops_model(1), skops_model(1)]
    a, b, other = (read(tmp_path, "model.skops", content) for content in (*kept, skops_model(2)))
    assert kept[0] != kept[1]
    assert (a.kind, a.digest) == (ContentKind.ARCHIVE, b.digest)
    assert other.digest != a.digest


def test_other_archives_with_a_schema_are_compared_as_they_are(tmp_path: Path) -> None:
    """A number in them is a number."""
    digests = set()
    for number in (1, 2):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("schema.json", json.dumps({"__id__": number, "file": "x.npy"}))
        digests.add(read(tmp_path, "a.zip", (tmp_path / "a.zip").read_bytes()).digest)
    assert len(digests) == 2
