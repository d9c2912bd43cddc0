"""What notebooks find on Colab and on Kaggle, and the script that makes the table of it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from bis._audit.files import base_images
from bis._audit.files.base_images import hosted_packages

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def script() -> ModuleType:
    """``docs/generate_hosted_distributions.py``."""
    path = Path(__file__).parents[4] / "docs" / "generate_hosted_distributions.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_there() -> None:
    """Kaggle has what Colab has, what its image asks for besides, and what that requires; neither has MLflow."""
    colab, kaggle = hosted_packages("colab"), hosted_packages("kaggle")
    assert {"numpy", "pandas", "scikit-learn", "torch", "tensorflow", "seaborn", "xgboost"} <= colab <= kaggle
    assert {"catboost", "optuna", "lightning-utilities"} <= kaggle
    assert {"catboost", "optuna", "mlflow"}.isdisjoint(colab)
    assert "mlflow" not in kaggle


def test_lines_are_in_order_and_of_canonical_names() -> None:
    """So that a change of the table can be read."""
    lines = (Path(base_images.__file__).parent / "hosted_distributions.txt").read_text("utf-8").splitlines()
    names = [line.split()[0] for line in lines]
    assert lines == sorted(set(lines))
    assert names == [canonicalize_name(name) for name in names]
    assert {tuple(line.split()[1:]) for line in lines} == {(), ("kaggle",)}


def test_the_table_is_made_of_two_histories(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what files said at the end of each month; comments and words of shell and template are no names."""
    dockerfile = "RUN pip install emu && \\\n    # not this one\n    pip install 'owl>=2' \\\n  ibex\n{{ if eq .A }}\n"
    said = {
        ("colab", "pip-freeze.txt"): ["Zebra_Stripes==1.0\nhorse @ file:///x\n", "zebra-stripes==2.0\nmule==1\n"],
        ("kaggle", "kaggle_requirements.txt"): ["# of 2024\ngnu[all]>=1\nhorse\n"],
        ("kaggle", "Dockerfile.tmpl"): [dockerfile],
    }
    monkeypatch.setattr(script, "_states", lambda repository, file: said.get((repository.name, file), []))
    monkeypatch.setattr(script, "TABLE", tmp_path / "table.txt")
    assert script.main(["colab", "kaggle"]) == 0
    text = "emu kaggle\ngnu kaggle\nhorse\nibex kaggle\nmule\nowl kaggle\nzebra-stripes\n"
    assert (tmp_path / "table.txt").read_text("utf-8") == text
    assert script.main([]) == 2
