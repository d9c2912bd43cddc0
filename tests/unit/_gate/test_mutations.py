"""Mutations of a project: what is found, and what each of them changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis._gate.mutations import find_mutations
from bis.model.mutation import MutationKind

if TYPE_CHECKING:
    from pathlib import Path

SPLIT = "from sklearn.model_selection import train_test_split\n"


def changes(root: Path) -> list[tuple[str, int, str, str]]:
    """File, line, and what becomes what."""
    return [
        (m.mutation.place.file, m.mutation.place.line, m.mutation.before, m.mutation.after)
        for m in find_mutations(root)
    ]


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("SEED = 42\n", "42", "43"),
        ("class C:\n    random_state = -1\n", "-1", "0"),
        ("import random\nrandom.seed(9)\n", "9", "10"),
        ("import numpy as np\nrng = np.random.default_rng(1_000)\n", "1_000", "1001"),
        ("f(seed=7)\n", "7", "8"),
        ("import torch\ntorch.manual_seed(0)\n", "0", "1"),
    ],
)
def test_seeds(tmp_path: Path, text: str, before: str, after: str) -> None:
    """By the name that they get, by the argument, and by the function."""
    (tmp_path / "a.py").write_text(text)
    (planned,) = find_mutations(tmp_path)
    assert (planned.mutation.kind, planned.mutation.before) == (MutationKind.SEED, before)
    assert planned.repair.after == text.replace(before, after)


@pytest.mark.parametrize(
    "text", ["SEED = 0x10\n", "SEED = '42'\n", "seeds = 3\n", "SEED = True\n", "SEED = None\n", "SEED =\n"]
)
def test_what_is_no_seed(tmp_path: Path, text: str) -> None:
    """Other numbers, texts, and what cannot be read."""
    (tmp_path / "a.py").write_text(text)
    assert find_mutations(tmp_path) == []


@pytest.mark.parametrize(
    ("argument", "rest"),
    [
        ("labels", ")"),
        ("data['y'], test_size=f(1, 2)", ""),
        ("[0,\n  1], test_size=1", ""),
        ("y if x else z", ", shuffle=True"),
    ],
)
def test_stratified_splits(tmp_path: Path, argument: str, rest: str) -> None:
    """The argument becomes None, up to the comma or bracket that ends it, over lines too."""
    text = f"{SPLIT}a = train_test_split(x, stratify={argument}{rest}" + (")\n" if not rest.startswith(")") else "\n")
    (tmp_path / "a.py").write_text(text)
    (planned,) = find_mutations(tmp_path)
    assert planned.mutation.kind is MutationKind.STRATIFY
    assert planned.repair.after == text.replace(planned.mutation.before, "None")
    assert "stratify=None" in planned.repair.after
    compile(planned.repair.after, "a.py", "exec")


def test_a_split_that_is_not_stratified(tmp_path: Path) -> None:
    """And one of another library."""
    (tmp_path / "a.py").write_text(f"{SPLIT}train_test_split(x, stratify=None)\nother.split(x, stratify=y)\n")
    assert find_mutations(tmp_path) == []


def test_packages(tmp_path: Path) -> None:
    """Pins of a file go together; markers, comments and other bounds stay."""
    (tmp_path / "requirements-dev.txt").write_text(
        'numpy==2.1 ; python_version > "3"\nscipy>=1\nfoo[bar] === 1.0 # why\n'
    )
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\ndependencies = ["a==1.2", "b"]\n')
    (tmp_path / "environment.yml").write_text("dependencies:\n  - python=3.12\n  - pip:\n    - c==4\n")
    (tmp_path / "requirements.txt").write_text("numpy==2.1 --hash=sha256:abc\n")
    after = {m.repair.file: m.repair.after for m in find_mutations(tmp_path)}
    assert after == {
        "requirements-dev.txt": 'numpy ; python_version > "3"\nscipy>=1\nfoo[bar] # why\n',
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["a", "b"]\n',
        "environment.yml": "dependencies:\n  - python\n  - pip:\n    - c\n",
    }
    assert ("requirements-dev.txt", 1, 'numpy==2.1 ; python_version > "3"\nfoo[bar] === 1.0 # why',
            'numpy ; python_version > "3"\nfoo[bar] # why') in changes(tmp_path)  # fmt: skip


def test_tests_are_left_as_they_are(tmp_path: Path) -> None:
    """A test that is changed notices nothing."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("SEED = 1\n")
    (tmp_path / "b.py").write_text("SEED = 1\n")
    assert changes(tmp_path) == [("b.py", 1, "1", "2")]
    assert [m.mutation.place.file for m in find_mutations(tmp_path, exclude=("b.py",))] == []


def test_cells_of_a_notebook(tmp_path: Path) -> None:
    """Only the cell is changed, and the notebook stays as it is written."""
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in (["import random\n", "random.seed(1)\n"], "x = 1")
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)
    (tmp_path / "a.ipynb").write_text(text)
    (planned,) = find_mutations(tmp_path)
    assert (planned.mutation.place.cell, planned.mutation.place.line) == (0, 2)
    assert planned.repair.after == text.replace("random.seed(1)", "random.seed(2)")
