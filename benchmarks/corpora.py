"""Corpora to measure audits on: copies of projects, each a little different, so that none is known from another."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

from bis._audit.files.tree import walk

_PACKAGES = ("sklearn", "mlflow", "scipy", "pandas", "torch")

_TRAIN = '''"""Trains model number {number}."""

import mlflow
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from tracking import log_all

SEED = {number}


def main() -> None:
    data = load_digits()
    X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, random_state=SEED)
    params = {{"n_estimators": {number} + 10, "max_depth": 5}}
    with mlflow.start_run():
        model = RandomForestClassifier(**params, random_state=SEED).fit(X_train, y_train)
        log_all(params, model.score(X_test, y_test))


if __name__ == "__main__":
    main()
'''
_TRACKING = '''"""What is logged of model number {number}."""

import mlflow


def log_all(params, accuracy):
    mlflow.log_params(params)
    mlflow.log_metric("accuracy", accuracy)
'''
_README = (
    "# Model {number}\n\nParameters and metrics are logged with MLflow. Run `python train.py`, then `mlflow ui`.\n"
)


def copies(sources: list[Path], target: Path, files: int) -> tuple[int, int]:
    """Copy the own files of projects, again and again, until there are so many; returns how many files and projects.

    Each copy has a mark of its own in every file.
    """
    made = projects = turn = 0
    while made < files:
        for source in sources:
            tree = walk(source)
            if not tree.sources:
                continue
            for file in (*tree.sources, *tree.others):
                _copy(source / file, target / f"{source.name}-{turn}" / file, turn)
            made, projects = made + len(tree.sources), projects + 1
            if made >= files:
                break
        turn += 1
    return made, projects


def one_project(sources: list[Path], target: Path, files: int) -> int:
    """One project with so many files, each source in a folder of its own; returns how many there are."""
    made, _folders = copies(sources, target, files)
    return made


def _copy(source: Path, target: Path, turn: int) -> None:
    content = source.read_bytes()
    if source.suffix == ".py":
        content += b"\n# copy %d\n" % turn
    elif source.suffix == ".ipynb":
        content = content.replace(b'"nbformat_minor"', b'"copy": %d, "nbformat_minor"' % turn, 1)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def installed_packages() -> list[Path]:
    """Folders of packages that are installed beside bis, to be taken for projects."""
    site = Path(sysconfig.get_path("purelib"))
    found = []
    for name in _PACKAGES:
        folder = site / name
        if folder.is_dir():
            found += sorted(p for p in folder.iterdir() if p.is_dir() and (p / "__init__.py").exists())
    return found


def small_projects(target: Path, count: int) -> None:
    """Many small projects: a script, a module of its own, requirements and a README, all different."""
    if target.exists():
        shutil.rmtree(target)
    for number in range(count):
        folder = target / f"project-{number:05}"
        folder.mkdir(parents=True)
        (folder / "train.py").write_text(_TRAIN.format(number=number), encoding="utf-8")
        (folder / "tracking.py").write_text(_TRACKING.format(number=number), encoding="utf-8")
        (folder / "requirements.txt").write_text("mlflow==3.17.0\nscikit-learn\n", encoding="utf-8")
        (folder / "README.md").write_text(_README.format(number=number), encoding="utf-8")
