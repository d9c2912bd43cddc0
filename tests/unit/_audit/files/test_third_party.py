from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.files.third_party import FolderListing, why_left_out
from bis._audit.files.tree import walk

if TYPE_CHECKING:
    from pathlib import Path


def _left_out(root: Path, *files: str) -> dict[str, str]:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return walk(root).left_out


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["my env/pyvenv.cfg", "my env/x.py"], {"my env": "virtual environment"}),
        (["conda/conda-meta/history"], {"conda": "virtual environment"}),
        (["half/lib/python3.8/site-packages/a.py"], {"half": "virtual environment"}),
        (["half/Lib/site-packages/a.py", "half/Scripts/x.exe"], {"half": "virtual environment"}),
        (["half/bin/activate", "half/own.py"], {"half/bin": "virtual environment"}),
        (["old/python3.7/os.py", "old/python3.7/encodings/a.py"], {"old/python3.7": "virtual environment"}),
        (["venv/anything.py"], {"venv": "virtual environment"}),
        (["x/site-packages/a.py"], {"x/site-packages": "site-packages"}),
    ],
)
def test_environments(tmp_path: Path, files: list[str], expected: dict[str, str]) -> None:
    """An environment is known by what is in it, whatever it is called and however little of it was committed."""
    assert _left_out(tmp_path, *files) == expected


def test_a_folder_that_ignores_itself(tmp_path: Path) -> None:
    """A ``.gitignore`` of ``*`` alone says that nothing in it is the project's; one with exceptions does not."""
    for name, text in (("home", "*\n"), ("own", "*\n!a.py\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".gitignore").write_text(text)
    assert _left_out(tmp_path, "home/replays/a.py", "own/a.py") == {"home": "cache"}


def test_the_root_may_be_an_environment(tmp_path: Path) -> None:
    """Of an environment made in the project's folder itself, the parts are left out, and the rest is own."""
    expected = {"bin": "virtual environment", "lib/python3.8": "virtual environment"}
    assert _left_out(tmp_path, "bin/activate", "lib/python3.8/site-packages/a.py", "pyvenv.cfg", "own.py") == expected


@pytest.mark.parametrize("name", ["vendor", "_vendor", "third_party", "extern", "node_modules"])
def test_vendored_by_name(tmp_path: Path, name: str) -> None:
    """The usual names for other people's code."""
    assert _left_out(tmp_path, f"src/{name}/a.py") == {f"src/{name}": "vendored"}


def test_packages_beside_their_metadata_are_vendored(tmp_path: Path) -> None:
    """What was installed into a folder of the project is told from the project by its metadata."""
    found = _left_out(tmp_path, "libs/some_pkg/a.py", "libs/Some.Pkg-1.2.dist-info/RECORD", "libs/own/a.py")
    assert found == {"libs/Some.Pkg-1.2.dist-info": "build output", "libs/some_pkg": "vendored"}


def test_an_editable_installation_leaves_the_package_own(tmp_path: Path) -> None:
    """``pip install -e .`` puts metadata without a version beside the project's own package."""
    assert _left_out(tmp_path, "own/a.py", "own.egg-info/PKG-INFO", "setup.py") == {"own.egg-info": "build output"}


def test_copies_of_well_known_packages(tmp_path: Path) -> None:
    """A whole copy of mlflow is not the project's; a small folder of that name, or mlflow's own repository, is."""
    whole = [f"mlflow/m{number}.py" for number in range(12)]
    assert _left_out(tmp_path / "copy", "mlflow/__init__.py", *whole) == {"mlflow": "vendored"}
    assert _left_out(tmp_path / "small", "mlflow/__init__.py", "mlflow/setup.sh") == {}
    assert _left_out(tmp_path / "itself", "pyproject.toml", "mlflow/__init__.py", *whole) == {}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["build/lib/own/a.py"], {"build": "build output"}),
        (["dist/own-1.0.tar.gz"], {"dist": "build output"}),
        (["setup.py", "build/a.py"], {"build": "build output"}),
        (["build/make_data.py"], {}),
        (["setup.py", "build/__init__.py"], {}),
        (["mlruns/0/meta.yaml", "mlruns/0/code/a.py"], {"mlruns": "tracking store"}),
        (["mlruns/analyse.py"], {}),
        (["mlartifacts/3/a.py"], {"mlartifacts": "tracking store"}),
        (["wandb/run-20240101_1-x/files/code/a.py"], {"wandb": "tracking store"}),
        (["wandb/__init__.py", "wandb/callbacks.py"], {}),
        (["lightning_logs/version_0/hparams.yaml"], {"lightning_logs": "tracking store"}),
        ([".dvc/config"], {".dvc": "tracking store"}),
        (["__pycache__/a.pyc", ".ipynb_checkpoints/n.ipynb"], {"__pycache__": "cache", ".ipynb_checkpoints": "cache"}),
        (["env/cartpole.py", "env/__init__.py"], {}),
        (["lib/own.py"], {}),
        (["bin/train.py"], {}),
    ],
)
def test_output_stores_and_own_look_alikes(tmp_path: Path, files: list[str], expected: dict[str, str]) -> None:
    """Folders are left out for what they hold; own code under the same name stays."""
    assert _left_out(tmp_path, *files) == expected


def test_a_library_that_is_a_link_is_not_looked_into(tmp_path: Path) -> None:
    """The search for an environment follows no link either."""
    (tmp_path / "outside" / "site-packages").mkdir(parents=True)
    (tmp_path / "project" / "own").mkdir(parents=True)
    (tmp_path / "project" / "own" / "lib").symlink_to(tmp_path / "outside")
    assert walk(tmp_path / "project").left_out == {}


def test_listing_keeps_marks_and_metadata_only() -> None:
    """A million names leave nothing behind but their number."""
    listing = FolderListing()
    for name in ("image.jpg", "setup.py", "A_b-1.0-py3.8.egg-info", "own.egg-info"):
        listing.note(name)
    assert (listing.number, listing.marks, listing.installed) == (4, {"setup.py"}, {"a_b"})
    assert why_left_out("/nowhere", "", listing, FolderListing()) == ""
