"""Cells that only look around."""

from __future__ import annotations

import pytest

from bis.notebooks.exploring_cells import only_explores


@pytest.mark.parametrize(
    "source",
    ["!ls -la", "!nvidia-smi", "%matplotlib inline", "%cd data\n!pwd # where", "!pip list | echo x",
     "!python --version", "# data\n!wget -q https://host/x.csv && ls", "%pip show mlflow"],
)  # fmt: skip
def test_files_packages_machine(source: str) -> None:
    """By commands or magics."""
    assert only_explores(source)


@pytest.mark.parametrize(
    "source",
    ["!python train.py", "!ls\nprint(1)", "x = 1", "", "# nothing", "%%bash\nls", "!cat results.txt", "!pip install x",
     "files = !ls\nlen(files)", "!ls | python count.py", "if (:"],
)  # fmt: skip
def test_cells_that_do_more(source: str) -> None:
    """They may show results."""
    assert not only_explores(source)
