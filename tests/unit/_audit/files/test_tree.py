from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from bis._audit.files.tree import printable, walk

if TYPE_CHECKING:
    from pathlib import Path


def _put(root: Path, *files: str) -> None:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def test_own_files_are_listed_in_order(tmp_path: Path) -> None:
    """Python files and notebooks are sources; documents, manifests and settings are the others; data are neither."""
    _put(tmp_path, "b.py", "a/n.ipynb", "a/c.py", "README.md", "requirements.txt", "MLproject", "Dockerfile", "a/d.csv")
    _put(tmp_path, ".git/hooks/x.py", "conda.yaml", "Pipfile.lock", "a/model.pkl", ".github/workflows/ci.yml")
    _put(tmp_path, "a/d.csv.dvc")
    tree = walk(tmp_path)
    assert tree.sources == ("a/c.py", "a/n.ipynb", "b.py")
    assert tree.others == (
        ".github/workflows/ci.yml", "Dockerfile", "MLproject", "Pipfile.lock", "README.md", "a/d.csv.dvc",
        "conda.yaml", "requirements.txt",
    )  # fmt: skip
    assert (tree.left_out, tree.problems, tree.left_out_files) == ({}, (), 0)


def test_what_is_left_out_is_named_and_counted(tmp_path: Path) -> None:
    """Folders that are not the project's own appear with the reason, and their sources are counted."""
    _put(tmp_path, "env/pyvenv.cfg", "env/lib/python3.11/site-packages/a.py", "env/lib/python3.11/site-packages/b/c.py")
    _put(tmp_path, "vendor/v.py", "train.py")
    tree = walk(tmp_path)
    assert tree.sources == ("train.py",)
    assert tree.left_out == {"env": "virtual environment", "vendor": "vendored"}
    assert tree.left_out_files == 3


@pytest.mark.parametrize(
    ("pattern", "remain"),
    [
        ("tests", ("a/gen/x.py", "a/x.py", "b.py")),
        ("tests/", ("a/gen/x.py", "a/x.py", "b.py")),
        ("tests/**", ("a/gen/x.py", "a/x.py", "b.py")),
        ("**/gen", ("a/x.py", "b.py", "tests/t.py")),
        ("./a/*", ("b.py", "tests/t.py")),
        ("*.py", ()),
        ("b.py", ("a/gen/x.py", "a/x.py", "tests/t.py")),
    ],
)
def test_excluded(tmp_path: Path, pattern: str, remain: tuple[str, ...]) -> None:
    """A glob leaves out files, and folders with all below them."""
    _put(tmp_path, "a/x.py", "a/gen/x.py", "b.py", "tests/t.py")
    tree = walk(tmp_path, exclude=(pattern,))
    assert tree.sources == remain
    assert set(tree.left_out.values()) == {"excluded"}
    assert tree.left_out_files == 4 - len(remain)


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link to a folder or source is a problem, be it outwards or in a circle; others are of no interest."""
    project = tmp_path / "project"
    _put(tmp_path, "secret/s.py", "project/a.py", "project/d/b.py", "project/data.csv")
    (project / "d" / "up").symlink_to(project)
    (project / "out").symlink_to(tmp_path / "secret")
    (project / "out.py").symlink_to(tmp_path / "secret" / "s.py")
    (project / "self").symlink_to("self")
    (project / "copy.csv").symlink_to("data.csv")
    (project / "broken.ipynb").symlink_to("nowhere")
    tree = walk(project)
    assert tree.sources == ("a.py", "d/b.py")
    assert {(p.file, p.kind, "out of the project" in p.detail, "circle" in p.detail) for p in tree.problems} == {
        ("d/up", "symlink", False, False),
        ("out", "symlink", True, False),
        ("out.py", "symlink", True, False),
        ("self", "symlink", False, True),
        ("broken.ipynb", "symlink", False, False),
    }


def test_pipes_and_sockets_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A named pipe that is called like a source is reported, and the walk does not wait for a writer."""
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "README.md")
    os.mkfifo(tmp_path / "of-no-interest")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(tmp_path)  # the system allows a hundred characters for the address of a socket
        listening.bind("s.py")
        problems = {p.file: p.kind for p in walk(tmp_path).problems}
    assert problems == {"pipe.py": "special", "README.md": "special", "s.py": "special"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_folder_without_permission(tmp_path: Path) -> None:
    """A folder that may not be listed is a problem, and the rest goes on."""
    _put(tmp_path, "closed/a.py", "open/b.py")
    (tmp_path / "closed").chmod(0)
    try:
        tree = walk(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert tree.sources == ("open/b.py",)
    assert [(p.file, p.kind) for p in tree.problems] == [("closed", "unreadable")]


def test_missing_folder_is_a_problem(tmp_path: Path) -> None:
    """A root that is not there, or is a file, is reported and not raised."""
    _put(tmp_path, "a.py")
    for root in (tmp_path / "missing", tmp_path / "a.py"):
        tree = walk(root)
        assert (tree.sources, [(p.file, p.kind) for p in tree.problems]) == ((), [(".", "unreadable")])


def test_names_that_cannot_be_written(tmp_path: Path) -> None:
    """Names that are no UTF-8, or hold control characters, are reported with escapes; any language is fine."""
    _put(tmp_path, "données/学習.py")
    (tmp_path / "a\nb.py").write_text("")
    (tmp_path / "x\u202eyp.py").write_text("")
    with open(os.fsencode(tmp_path) + b"/caf\xe9.py", "wb"):  # noqa: PTH123 - a name that Path.open has no text for
        pass
    tree = walk(tmp_path)
    assert tree.sources == ("données/学習.py",)
    assert {(p.file, p.kind) for p in tree.problems} == {
        ("a\\x0ab.py", "name"),
        ("x\\u202eyp.py", "name"),
        ("caf\\xe9.py", "name"),
    }
    assert all(p.file.isprintable() for p in tree.problems)


def test_printable_leaves_ordinary_names_alone() -> None:
    """Only what cannot be shown is escaped."""
    assert printable("a/été 1.py") == "a/été 1.py"
    assert printable("\udce9\x85\ud800") == "\\xe9\\x85\\ud800"


def test_large_file_is_a_problem(tmp_path: Path) -> None:
    """A source beyond the limit is not listed."""
    _put(tmp_path, "small.py")
    (tmp_path / "big.ipynb").write_bytes(b" " * 200_000)
    tree = walk(tmp_path, max_file_mib=0.1)
    assert tree.sources == ("small.py",)
    assert [(p.file, p.kind, p.detail) for p in tree.problems] == [
        ("big.ipynb", "large", "0.2 MiB: larger than 0.1 MiB")
    ]


def test_deep_folders_end_the_descent(tmp_path: Path) -> None:
    """Nesting beyond any project's is reported once, whatever its depth."""
    path = tmp_path
    for _level in range(100):
        path /= "d"
    path.mkdir(parents=True)
    _put(tmp_path, "d/d/a.py")
    tree = walk(tmp_path)
    assert tree.sources == ("d/d/a.py",)
    assert [p.kind for p in tree.problems] == ["deep"]


def test_a_thousand_texts_in_one_folder_are_data(tmp_path: Path) -> None:
    """A folder of labels is not taken for documentation; its README still is."""
    labels = tmp_path / "labels"
    labels.mkdir()
    for number in range(1_002):
        (labels / f"{number}.txt").touch()
    _put(labels, "README.md", "load.py")
    tree = walk(tmp_path)
    assert (tree.sources, tree.others) == (("labels/load.py",), ("labels/README.md",))


def test_problems_of_one_kind_are_bounded(tmp_path: Path) -> None:
    """A tree full of links gives a hundred problems and the number of the rest."""
    for number in range(130):
        (tmp_path / f"{number:03}.py").symlink_to("nowhere")
    problems = walk(tmp_path).problems
    assert len(problems) == 101
    assert (problems[-1].file, problems[-1].detail) == (".", "and 30 more of this kind")
